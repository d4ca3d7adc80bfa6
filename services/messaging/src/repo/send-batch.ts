import type { Granted } from '@parley/access'
import {
  messageId,
  type MessageId,
  type OrgId,
  type Rights,
  rights as asRights,
  type Seq,
  seq as asSeq,
} from '@parley/core'
import type { Database } from '@parley/db'
import type { MessageSent } from '@parley/events'
import { z } from 'zod'
import type { Ask } from '../facts/send-facts.ts'
import type { SendKey } from '../rules/send-key.ts'

/** What the event holds beside the columns of the message. */
export type EventFields = Omit<
  MessageSent,
  'message_id' | 'recipient_id' | 'topic' | 'content' | 'rendered' | 'client' | 'timestamp'
>

/** One message to write. `ask` and `hash` are what the decision stood on: they are compared behind the head. */
export interface Send {
  readonly granted: Granted<'message:send'>
  readonly ask: Ask & ({ readonly channel: number } | { readonly users: readonly number[] })
  readonly hash: string
  readonly rights: Rights
  readonly key: SendKey
  readonly request: Buffer
  readonly topic: string
  readonly content: string
  readonly rendered: string
  readonly client: string
  /** Seconds since the Unix epoch. */
  readonly timestamp: number
  readonly senderRead: boolean
  readonly mentioned: readonly number[]
  readonly channelWildcard: boolean
  readonly topicWildcard: readonly number[]
  readonly event: EventFields
}

/** How a send ended. `rights`: the organisation's, now. */
export type Outcome = { readonly rights: Rights; readonly seq: Seq } & (
  | { readonly status: 'sent' | 'repeat'; readonly id: MessageId }
  /** Its key was used for another request. */
  | { readonly status: 'other' }
  /** What it was decided on has changed. */
  | { readonly status: 'stale' }
)

const Row = z.object({
  i: z.int(),
  status: z.enum(['sent', 'repeat', 'other', 'stale']),
  message_id: z.int().nullable(),
  rights: z.int(),
  seq: z.int(),
})

declare const decided: unique symbol
/** JSON text of a send that was decided on; only `encodeSend` makes one. */
export type EncodedSend = string & { readonly [decided]: true }

export const encodeSend = (send: Send): EncodedSend => JSON.stringify(columnsOf(send)) as EncodedSend

/** A send as the function reads it. */
const columnsOf = (send: Send): Readonly<Record<string, unknown>> => ({
  key: send.key.key.toString('hex'),
  drawn: send.key.drawn,
  request: send.request.toString('hex'),
  ask: send.ask,
  hash: send.hash,
  rights: send.rights,
  channel: send.ask.channel ?? null,
  users: send.ask.users ?? null,
  topic: send.topic,
  content: send.content,
  rendered: send.rendered,
  client: send.client,
  timestamp: send.timestamp,
  sender_read: send.senderRead,
  mentioned: send.mentioned,
  channel_wildcard: send.channelWildcard,
  topic_wildcard: send.topicWildcard,
  event: send.event,
})

/**
 * Writes sends of one organisation with their events, in one statement that takes the head. Every send has a key, so
 * the same sends may be written again where nobody knows how it ended.
 * @returns the outcomes in the same order
 * @throws AppError UNAVAILABLE (not retryable: outcome unknown); the database's own error where nothing was written
 */
export async function writeSends(
  database: Database,
  org: OrgId,
  encoded: readonly EncodedSend[],
): Promise<Outcome[]> {
  const sends = encoded.map((text, i) => `{"i":${i},${text.slice(1)}`)
  const rows = await database.once(Row, 'SELECT * FROM messaging.send_batch($1, $2)', [
    org,
    `[${sends.join(',')}]`,
  ])
  const byPlace = new Map(rows.map((row) => [row.i, row]))
  return encoded.map((_, i) => {
    const row = byPlace.get(i)
    if (!row) throw new Error('a send of the batch was not answered')
    const now = { rights: asRights(row.rights), seq: asSeq(row.seq) }
    if (row.status === 'other' || row.status === 'stale') return { ...now, status: row.status }
    return { ...now, status: row.status, id: messageId(row.message_id ?? 0) }
  })
}
