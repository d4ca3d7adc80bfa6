import { maxAlertWords } from '@parley/api'
import { badRequest } from '@parley/core'
import { wordKey } from './alert-matcher.ts'

const trimmed = (words: readonly string[]): string[] =>
  words.map((word) => word.trim()).filter((word) => word !== '')

/** The words with those that none of them is yet; empty ones are passed over. @throws AppError BAD_REQUEST where they become too many */
export function withWords(words: readonly string[], added: readonly string[]): string[] {
  const keys = new Map(words.map((word) => [wordKey(word), word]))
  for (const word of trimmed(added)) if (!keys.has(wordKey(word))) keys.set(wordKey(word), word)
  if (keys.size > maxAlertWords) throw badRequest(`Too many alert words (limit: ${maxAlertWords})`)
  return [...keys.values()]
}

/** The words without these, however those are spelt. */
export function withoutWords(words: readonly string[], taken: readonly string[]): string[] {
  const keys = new Set(trimmed(taken).map(wordKey))
  return words.filter((word) => !keys.has(wordKey(word)))
}
