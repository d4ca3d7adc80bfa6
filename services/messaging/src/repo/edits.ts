import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { Readable } from './fetch.ts'
import { movesWords, unsettle } from './words.ts'

const Editable = z.object({
  content: z.string(),
  rendered: z.string(),
  topic: z.string(),
  /** Seconds since the Unix epoch. */
  sentAt: z.int(),
  /** Has its text been another? */
  edited: z.boolean(),
})
export type Editable = z.output<typeof Editable>

/** The message that the proof is about, as it is now; null where it is gone. */
export async function readEditable(
  tx: Tx,
  { object }: Granted<'message:change'> | Granted<'message:read'>,
): Promise<Editable | null> {
  const [row] = await tx.query(
    Editable,
    `SELECT content, rendered, topic, extract(epoch FROM sent_at)::bigint AS "sentAt", edited_at IS NOT NULL AS edited
      FROM messaging.messages WHERE org_id = $1 AND message_id = $2`,
    [tx.org, object.messageId],
  )
  return row ?? null
}

/** What a message says from now on. */
export interface NewText {
  readonly content: string
  readonly rendered: string
  readonly mentioned: readonly number[]
  /** Whose alert words it holds. */
  readonly alerted: readonly number[]
  readonly channelWildcard: boolean
  readonly topicWildcard: readonly number[]
}

// What follows happens behind the head, as everything that writes rows of messages.

/**
 * Gives the message another text and keeps the former; who is mentioned or alerted no more, or now, is marked so.
 * @param at seconds since the Unix epoch
 * @returns false where it no longer says `before`: nothing was written
 */
export async function writeText(
  tx: Tx,
  granted: Granted<'message:edit'>,
  before: Editable,
  text: NewText,
  at: number,
): Promise<boolean> {
  const { actor, object } = granted
  const { messageId } = object.message
  const written = await tx.execute(
    `UPDATE messaging.messages SET content = $4, rendered = $5, channel_wildcard = $6, topic_wildcard = $7,
        edited_at = to_timestamp($8)
      WHERE org_id = $1 AND message_id = $2 AND content = $3`,
    [
      tx.org,
      messageId,
      before.content,
      text.content,
      text.rendered,
      text.channelWildcard,
      text.topicWildcard,
      at,
    ],
  )
  if (written === 0) return false
  await unsettle(tx, granted, [messageId])
  await tx.execute(
    `INSERT INTO messaging.edits (org_id, message_id, user_id, edited_at, prev_content, prev_rendered)
      VALUES ($1, $2, $3, to_timestamp($4), $5, $6)`,
    [tx.org, messageId, actor.userId, at, before.content, before.rendered],
  )
  await reflag(tx, messageId, 'mentioned', text.mentioned)
  await reflag(tx, messageId, 'alerted', text.alerted)
  return true
}

/** Lets a flag of the message be that of these people alone. Who was not there to receive it is left out. */
async function reflag(
  tx: Tx,
  id: number,
  flag: 'mentioned' | 'alerted',
  users: readonly number[],
): Promise<void> {
  await tx.execute(
    `UPDATE messaging.user_flags SET ${flag} = false
      WHERE org_id = $1 AND message_id = $2 AND ${flag} AND user_id <> ALL ($3::integer[])`,
    [tx.org, id, users],
  )
  if (users.length === 0) return
  await tx.execute(
    `INSERT INTO messaging.user_flags AS f (org_id, user_id, message_id, recipient_id, ${flag})
      SELECT m.org_id, u, m.message_id, m.recipient_id, true
      FROM messaging.messages m CROSS JOIN unnest($3::integer[]) AS u
      WHERE m.org_id = $1 AND m.message_id = $2 AND EXISTS (
        SELECT FROM messaging.received r
        WHERE r.org_id = $1 AND r.user_id = u AND r.recipient_id = m.recipient_id AND r.ranges @> m.message_id)
      ON CONFLICT (org_id, user_id, message_id) DO UPDATE SET ${flag} = true`,
    [tx.org, id, users],
  )
}

const Candidate = z.object({ id: z.int(), sentAt: z.int() })
export type Candidate = z.output<typeof Candidate>

/**
 * The messages of a topic of the proof's channel, ascending, whoever may read them.
 * @param from the first id to take
 */
export const readTopicIds = (
  tx: Tx,
  { object }: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  topic: string,
  from: number,
  most: number,
): Promise<Candidate[]> =>
  tx.query(
    Candidate,
    `SELECT message_id AS id, extract(epoch FROM sent_at)::bigint AS "sentAt" FROM messaging.messages
      WHERE org_id = $1 AND recipient_id = $2 AND topic_key = lower($3) AND message_id >= $4
      ORDER BY message_id LIMIT $5`,
    [tx.org, object.message.channel?.recipientId ?? 0, topic, from, most],
  )

/** Puts messages into another topic of the proof's channel and keeps the former. @param at seconds since the Unix epoch */
export async function writeTopic(
  tx: Tx,
  granted: Granted<'message:move-topic'>,
  ids: Readable,
  topic: string,
  at: number,
): Promise<void> {
  const { actor, object } = granted
  const otherWords = await movesWords(tx, granted, ids, topic)
  const values = [tx.org, object.message.channel?.recipientId ?? 0, ids, topic, at]
  await tx.execute(
    `INSERT INTO messaging.edits (org_id, message_id, user_id, edited_at, prev_topic, topic)
      SELECT m.org_id, m.message_id, $6, to_timestamp($5), m.topic, $4 FROM messaging.messages m
       WHERE m.org_id = $1 AND m.recipient_id = $2 AND m.message_id = ANY ($3::bigint[]) ORDER BY m.message_id`,
    [...values, actor.userId],
  )
  await tx.execute(
    `UPDATE messaging.messages SET topic = $4, moved_at = to_timestamp($5)
      WHERE org_id = $1 AND recipient_id = $2 AND message_id = ANY ($3::bigint[])`,
    values,
  )
  if (otherWords) await unsettle(tx, granted, ids)
}
