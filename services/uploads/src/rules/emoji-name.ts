import { maxEmojiNameLength } from '@parley/api'
import { badRequest } from '@parley/core'
import { emojiCode } from '@parley/markdown/emoji'

/**
 * The name of a new emoji, as clients and texts write it: spaces become underscores.
 * @throws AppError BAD_REQUEST where it has other characters, none, too many, or ends in a mark
 */
export function emojiName(given: string): string {
  const name = given.trim().replaceAll(' ', '_')
  if (name === '') throw badRequest('Emoji name is missing')
  if (!/^[0-9a-z_-]+$/.test(name))
    throw badRequest(
      'Emoji names must contain only lowercase English letters, digits, spaces, dashes and underscores.',
    )
  if (!/[0-9a-z]$/.test(name)) throw badRequest('Emoji names must end with either a letter or digit.')
  if (name.length > maxEmojiNameLength)
    throw badRequest(`Emoji name is too long (limit: ${maxEmojiNameLength} characters)`)
  return name
}

/** Would an emoji of that name stand before one that everybody has? */
export const hidesBuiltIn = (given: string): boolean => {
  const name = given.trim().replaceAll(' ', '_')
  return name === 'zulip' || emojiCode(name) !== undefined
}
