const run = /[\p{L}\p{N}\p{M}]+/gu
const letters = /^[a-z]+$/i

/** What the words of a search may begin with, small letters: an ending is all that a form of an English word differs in. */
export function initialsOf(text: string): ReadonlySet<string> {
  const runs = text.match(run) ?? []
  // What is not of letters alone may hold several words.
  return new Set(
    runs.flatMap((one) => (letters.test(one) ? one.charAt(0) : one).toLowerCase().match(/[a-z]/g) ?? []),
  )
}

/** May it be a form of a word that begins so? Whatever is not of English letters alone may. */
export const mayBegin = (word: string, initials: ReadonlySet<string>): boolean =>
  !letters.test(word) || initials.has(word.charAt(0).toLowerCase())
