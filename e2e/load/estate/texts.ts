import { seeded } from '@parley/testkit'

const onsets = ['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'w', 'z', 'br', 'st', 'tr']
const vowels = ['a', 'e', 'i', 'o', 'u']

/** Made-up words, the same for the same number: 90 of two syllables, then longer ones. */
export const wordOf = (n: number): string => {
  const syllable = (k: number): string =>
    (onsets[k % onsets.length] ?? '') + (vowels[Math.floor(k / onsets.length) % vowels.length] ?? '')
  const size = onsets.length * vowels.length
  return n < size
    ? syllable(n) + syllable(n * 7)
    : syllable(n) + syllable(Math.floor(n / size)) + syllable(n * 13)
}

const vocabulary = 8_000

/** Sentences of 6 to 12 made-up words; a few words are in many of them, as in every language. */
export function texts(count: number): string[] {
  const random = seeded(7)
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 6 + random.below(7) }, () =>
      wordOf(Math.floor(vocabulary * (random.below(1_000_000) / 1_000_000) ** 3)),
    )
    return `${words.join(' ')}.`
  })
}
