const run = /[\p{L}\p{N}\p{M}]+/gu
const letters = /^[a-z]+$/i

/**
 * What the words of a search may begin with, small letters: an ending is all that forms of a word differ in, and marks on its
 * letters. Languages whose words change at their beginning are not among those that a server speaks.
 */
export function initialsOf(text: string): ReadonlySet<string> {
  const runs = text.match(run) ?? []
  // What is not of letters alone may hold several words.
  return new Set(
    runs.flatMap(
      (one) => (letters.test(one) ? one.charAt(0) : one.normalize('NFD')).toLowerCase().match(/[a-z]/g) ?? [],
    ),
  )
}

/** May it be a form of a word that begins so? Whatever is not of English letters alone may. */
export const mayBegin = (word: string, initials: ReadonlySet<string>): boolean =>
  !letters.test(word) || initials.has(word.charAt(0).toLowerCase())
