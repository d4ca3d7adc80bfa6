import { maxStatusText, type ReactionType } from '@parley/api'
import { badRequest } from '@parley/core'
import { checkEmoji, type GivenEmoji, type OwnEmoji, parseEmojiKey } from './emoji.ts'

/** What of a status is to change; each may be empty, which takes it away. */
export interface StatusChange {
  readonly status_text?: string
  readonly emoji_name?: string
  readonly emoji_code?: string
  readonly reaction_type?: ReactionType
}

/** As a client gives it. */
export interface GivenStatus {
  readonly status_text?: string | undefined
  readonly emoji_name?: string | undefined
  readonly emoji_code?: string | undefined
  readonly reaction_type?: string | undefined
}

/** The change that a client asks for. @param own emoji of the organisation that may be meant @throws AppError BAD_REQUEST, in the words of Zulip's API */
export function wantedStatus(given: GivenStatus, own: readonly OwnEmoji[]): StatusChange {
  const { emoji_name: name, emoji_code: code, reaction_type: type } = given
  const text = given.status_text?.trim()
  if ([text, name, code, type].every((one) => one === undefined))
    throw badRequest('Client did not pass any new values.')
  if (text !== undefined && Array.from(text).length > maxStatusText)
    throw badRequest(`status_text is too long (limit: ${maxStatusText} characters)`)
  return { ...(text === undefined ? {} : { status_text: text }), ...emojiOf({ name, code, type }, own) }
}

function emojiOf(
  { name, code, type }: GivenEmoji,
  own: readonly OwnEmoji[],
): Omit<StatusChange, 'status_text'> {
  if (name === undefined) {
    if (code === undefined && type === undefined) return {}
    throw badRequest('Client must pass emoji_name if they pass either emoji_code or reaction_type.')
  }
  if (name === '') return { emoji_name: '', emoji_code: '', reaction_type: 'unicode_emoji' }
  const emoji = checkEmoji(name, parseEmojiKey({ name, code, type }, own), own)
  return { emoji_name: emoji.name, emoji_code: emoji.code, reaction_type: emoji.type }
}
