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
  | 'message_id'
  | 'recipient_id'
  | 'read_by'
  | 'unread_for'
  | 'topic'
  | 'content'
  | 'rendered'
  | 'client'
  | 'timestamp'
> & {
  /** Read by gateways of the version before alone, which take no event without it. */
  readonly gravatar: false
}

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
  readonly alerted: readonly number[]
  /** Of the lists of alert words that it was held against; null to take it as it is. */
  readonly alertVersion: number | null
  /** Who has read it from the start, besides its sender and who mutes them. */
  readonly readBy: readonly number[]
  /** For whom alone it is unread; null for everybody whom that does not name. */
  readonly unreadFor: readonly number[] | null
  readonly event: EventFields
}

/** How a send ended. `rights`: the organisation's, now. */
export type Outcome = { readonly rights: Rights; readonly seq: Seq } & (
  | { readonly status: 'sent' | 'repeat'; readonly id: MessageId }
  /** Its key was used for another request. */
  | { readonly status: 'other' }
  /** What it was decided on has changed. */
  | { readonly status: 'stale' }
  /** Lists of alert words have changed since it was held against them. */
  | { readonly status: 'words' }
)

const Row = z.object({
  /** Its place in the batch, from 1. */
  i: z.int(),
  status: z.enum(['sent', 'repeat', 'other', 'stale', 'words']),
  message_id: z.int().nullable(),
  rights: z.int(),
  seq: z.int(),
})

declare const decided: unique symbol
/** A send that was decided on, as a row of what the function takes; only `encodeSend` makes one. */
export type EncodedSend = readonly unknown[] & { readonly [decided]: true }

/** The function's columns, in the order of its parameters. */
const columns: readonly ((send: Send) => unknown)[] = [
  (send) => send.key.key,
  (send) => send.request,
  (send) => send.key.drawn,
  (send) => send.ask,
  (send) => send.rights,
  (send) => send.hash,
  (send) => send.granted.actor.userId,
  (send) => send.ask.channel ?? null,
  (send) => (send.ask.users ? arrayLiteral(send.ask.users) : null),
  (send) => send.topic,
  (send) => send.content,
  (send) => send.rendered,
  (send) => send.client,
  (send) => send.timestamp,
  (send) => send.senderRead,
  (send) => arrayLiteral(send.mentioned),
  (send) => send.channelWildcard,
  (send) => arrayLiteral(send.topicWildcard),
  bodyOf,
  (send) => arrayLiteral(send.alerted),
  (send) => send.alertVersion,
  (send) => arrayLiteral(send.readBy),
  (send) => send.unreadFor && arrayLiteral(send.unreadFor),
]
/** The only one that is no array: asks are looked up as they are. */
const asks = 3

const arrayLiteral = (ids: readonly number[]): string => `{${ids.join(',')}}`

/** The event's body but for what is found where it is written, without its braces. */
function bodyOf({ event, topic, content, rendered, client, timestamp }: Send): string {
  const body: Omit<MessageSent, 'message_id' | 'recipient_id' | 'read_by' | 'unread_for'> = {
    ...event,
    topic,
    content,
    rendered,
    client,
    timestamp,
  }
  return JSON.stringify(body).slice(1, -1)
}

export const encodeSend = (send: Send): EncodedSend =>
  columns.map((column) => column(send)) as readonly unknown[] as EncodedSend

const sendBatch = `SELECT * FROM messaging.send_batch($1, ${columns.map((_, i) => `$${i + 2}`).join(', ')}, p_bots => true)`

/**
 * Writes sends of one organisation with their events, in one statement that takes the head. Every send has a key, so
 * the same sends may be written again where nobody knows how it ended.
 * @returns the outcomes in the same order
 * @throws AppError UNAVAILABLE (not retryable: outcome unknown); the database's own error where nothing was written
 */
export async function writeSends(
  database: Pick<Database, 'once'>,
  org: OrgId,
  encoded: readonly EncodedSend[],
): Promise<Outcome[]> {
  const rows = await database.once(Row, sendBatch, [
    org,
    ...columns.map((_, at) => {
      const column = encoded.map((send) => send[at])
      return at === asks ? JSON.stringify(column) : column
    }),
  ])
  const byPlace = new Map(rows.map((row) => [row.i, row]))
  return encoded.map((_, i) => {
    const row = byPlace.get(i + 1)
    if (!row) throw new Error('a send of the batch was not answered')
    const now = { rights: asRights(row.rights), seq: asSeq(row.seq) }
    if (row.status === 'sent' || row.status === 'repeat')
      return { ...now, status: row.status, id: messageId(row.message_id ?? 0) }
    return { ...now, status: row.status }
  })
}
