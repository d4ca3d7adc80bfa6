import type { ReactionType } from '@parley/api'
import { badRequest } from '@parley/core'
import { emojiCode, emojiNames } from '@parley/markdown'

/** An emoji that can be put on a message. */
export interface Emoji {
  readonly name: string
  readonly code: string
  readonly type: ReactionType
}

/** As a client names one; `name` alone is looked up. */
export interface GivenEmoji {
  readonly name?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
}

/** One of the organisation's own. */
export interface OwnEmoji {
  /** Its id, as reactions have it. */
  readonly code: string
  readonly name: string
  readonly deactivated: boolean
}

/** The one emoji that is neither Unicode's nor an organisation's own; its name is its code. */
const extra = 'zulip'
const word = /^[\p{L}\p{N}_+-]{1,60}$/u

/** What identifies an emoji on a message. */
export interface EmojiKey {
  readonly code: string
  readonly type: ReactionType
}

/**
 * Understands which emoji is meant, without judging its name; of a name alone the organisation's own is meant first.
 * @param own those of the organisation that may be meant
 * @throws AppError BAD_REQUEST, in the words of Zulip's API
 */
export function parseEmojiKey({ name, code, type }: GivenEmoji, own: readonly OwnEmoji[]): EmojiKey {
  if (name === undefined && code === undefined)
    throw badRequest('At least one of the following arguments must be present: emoji_name, emoji_code')
  if (code !== undefined && (type !== undefined || name === undefined))
    return { code, type: typeOf(type ?? 'unicode_emoji') }
  const found = name === undefined ? undefined : byName(name, own, type === undefined ? type : typeOf(type))
  if (!found)
    throw badRequest(word.test(name ?? '') ? `Emoji '${name}' does not exist` : 'Invalid emoji name.')
  return found
}

/**
 * The emoji that the client put a name to; a name that is nobody else's becomes the one that is shown.
 * @throws AppError BAD_REQUEST, in the words of Zulip's API
 */
export function checkEmoji(name: string, { code, type }: EmojiKey, own: readonly OwnEmoji[]): Emoji {
  if (type === 'realm_emoji') {
    const emoji = own.find((one) => one.code === code)
    if (!emoji) throw badRequest('Invalid custom emoji.')
    if (emoji.name !== name) throw badRequest('Invalid custom emoji name.')
    if (emoji.deactivated) throw badRequest('This custom emoji has been deactivated.')
    return { name, code, type }
  }
  if (type === 'zulip_extra_emoji') {
    if (code !== extra) throw badRequest('Invalid emoji code.')
    if (name !== extra) throw badRequest('Invalid emoji name.')
    return { name, code, type }
  }
  const shown = emojiNames.get(code)?.[0]
  if (shown === undefined) throw badRequest('Invalid emoji code.')
  const meant = emojiCode(name)
  if (meant !== undefined && meant !== code) throw badRequest('Invalid emoji name.')
  return { name: meant === undefined ? shown : name, code, type }
}

/** @param type the only one that may be meant */
function byName(name: string, own: readonly OwnEmoji[], type?: ReactionType): EmojiKey | undefined {
  const may = (kind: ReactionType): boolean => type === undefined || type === kind
  const ours = own.find((one) => one.name === name && !one.deactivated)
  if (ours && may('realm_emoji')) return { code: ours.code, type: 'realm_emoji' }
  if (name === extra && may('zulip_extra_emoji')) return { code: extra, type: 'zulip_extra_emoji' }
  const code = may('unicode_emoji') ? emojiCode(name) : undefined
  return code === undefined ? undefined : { code, type: 'unicode_emoji' }
}

function typeOf(given: string): ReactionType {
  if (given === 'unicode_emoji' || given === 'realm_emoji' || given === 'zulip_extra_emoji') return given
  throw badRequest('Invalid emoji type.')
}
