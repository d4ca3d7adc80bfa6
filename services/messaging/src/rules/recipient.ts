import { channelNameKey, parseJsonText } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import { z } from 'zod'

/** Whom a message is for, as the sender named it. */
export type Named =
  | { readonly kind: 'channel'; readonly id: number }
  | { readonly kind: 'channel'; readonly name: string; readonly key: string }
  | { readonly kind: 'people'; readonly ids: readonly number[] }
  | { readonly kind: 'people'; readonly emails: readonly string[] }

/** Most people of a direct conversation, the sender included. */
export const maxParticipants = 500

const Ids = z.array(z.int().min(0).max(2_147_483_647))
const Texts = z.array(z.string())

/**
 * Understands `to` in all its forms: bare or as JSON; one or a list; ids, names or e-mails.
 * @throws AppError BAD_REQUEST for anything else
 */
export function parseRecipient(type: 'direct' | 'private' | 'channel' | 'stream', to: string): Named {
  const given = listIn(to)
  return type === 'channel' || type === 'stream' ? oneChannel(given) : people(given)
}

function listIn(to: string): readonly unknown[] {
  const value = jsonOr(to)
  return Array.isArray(value) ? value : [value]
}

/** A bare text that is no JSON is itself: a name, an e-mail, or e-mails with commas between. */
function jsonOr(text: string): unknown {
  if (!/^\s*(["[]|\d+\s*$)/.test(text)) return text
  try {
    return parseJsonText(text)
  } catch {
    return text
  }
}

function oneChannel(given: readonly unknown[]): Named {
  if (given.length !== 1) throw badRequest('Expected exactly one channel')
  const [channel] = given
  const id = Ids.element.safeParse(channel)
  if (id.success) return { kind: 'channel', id: id.data }
  if (typeof channel !== 'string') throw badRequest('Invalid data type for channel')
  const name = channel.trim()
  if (name === '') throw badRequest("Channel name can't be empty.")
  return { kind: 'channel', name, key: channelNameKey(name) }
}

function people(given: readonly unknown[]): Named {
  if (given.length === 0) throw badRequest('Message must have recipients')
  const ids = Ids.safeParse(given)
  if (ids.success) return byIds(ids.data)
  const texts = Texts.safeParse(given)
  if (!texts.success) throw badRequest('Recipient list may only contain user IDs or emails')
  const emails = texts.data
    .flatMap((text) => text.split(','))
    .map((email) => email.trim().toLowerCase())
    .filter((email) => email !== '')
  if (emails.length === 0) throw badRequest('Message must have recipients')
  return { kind: 'people', emails: enough([...new Set(emails)].sort()) }
}

/** People by their ids, each once. @throws AppError BAD_REQUEST for too many */
export const byIds = (ids: readonly number[]): Named & { kind: 'people' } => ({
  kind: 'people',
  ids: enough([...new Set(ids)].sort((a, b) => a - b)),
})

function enough<T>(list: readonly T[]): readonly T[] {
  // The sender may or may not be named too.
  if (list.length >= maxParticipants) throw badRequest(`Too many recipients (limit: ${maxParticipants - 1})`)
  return list
}

/** What a sender is told of a channel that does not exist or may not be known. */
export function noSuchChannel(named: Named & { kind: 'channel' }): AppError {
  return 'id' in named
    ? new AppError('STREAM_DOES_NOT_EXIST', `Channel with ID '${named.id}' does not exist`, {
        data: { stream_id: named.id },
      })
    : new AppError('STREAM_DOES_NOT_EXIST', `Channel '${named.name}' does not exist`, {
        data: { stream: named.name },
      })
}
