import type { Granted } from '@parley/access'
import { userId, type UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { placeOf } from './audience.ts'
import type { Expired } from './expired.ts'
import type { Readable } from './fetch.ts'
import { idsInRanges, rangesOfIds } from '../rules/id-ranges.ts'
import type { Told } from '../rules/told.ts'

/** The newest messages of a topic of the proof's channel, whoever may read them; one more than `most` where there are more. */
export async function readNewestOf(
  tx: Tx,
  { object }: Granted<'channel:delete-topic'>,
  topic: string,
  most: number,
): Promise<number[]> {
  const rows = await tx.query(
    z.object({ id: z.int() }),
    `SELECT message_id AS id FROM messaging.messages
      WHERE org_id = $1 AND recipient_id = $2 AND topic_key = lower($3) ORDER BY message_id DESC LIMIT $4`,
    [tx.org, object.recipientId, topic, most + 1],
  )
  return rows.map(({ id }) => id)
}

const Star = z.object({ user: z.int(), ids: z.array(z.int()) })

/**
 * Who starred messages of a channel in which they are not: they may not hear that these are gone, for they left, or the channel
 * may have been closed by the time they ask.
 */
export async function readLostStars(
  tx: Tx,
  granted: Granted<'message:delete'> | Granted<'channel:delete-topic'> | Granted<'message:expire'>,
  ids: Readable | Expired,
): Promise<{ readonly user: UserId; readonly ids: readonly number[] }[]> {
  const { channel } = placeOf(granted)
  if (!channel) return []
  const rows = await tx.query(
    Star,
    `SELECT f.user_id AS "user", array_agg(f.message_id ORDER BY f.message_id) AS ids FROM messaging.user_flags f
      WHERE f.org_id = $1 AND f.message_id = ANY ($2::bigint[]) AND f.starred
        AND NOT EXISTS (SELECT FROM streams.v1_subscriptions s
          WHERE s.org_id = $1 AND s.channel_id = $3 AND s.user_id = f.user_id)
      GROUP BY f.user_id ORDER BY f.user_id`,
    [tx.org, ids, channel.channelId],
  )
  return rows.map(({ user, ids: starred }) => ({ user: userId(user), ids: starred }))
}

const Unread = z.object({ user: z.int(), unread: z.string() })

/**
 * Who is told that the messages are gone, is not in their public channel, and has not read them: bots that they mention. They
 * may not be told of it any more when they ask, for it may have been closed by then.
 */
export async function readLostUnread(
  tx: Tx,
  granted: Granted<'message:delete'> | Granted<'channel:delete-topic'> | Granted<'message:expire'>,
  told: readonly Told[],
  ids: Readable | Expired,
): Promise<{ readonly user: UserId; readonly ids: readonly number[] }[]> {
  const { channel } = placeOf(granted)
  const users = told.flatMap(({ audience }) => (audience.within ? [] : audience.users))
  if (!channel || users.length === 0) return []
  const rows = await tx.query(
    Unread,
    `SELECT r.user_id AS "user", left_so.unread::text AS unread
      FROM messaging.received r
      LEFT JOIN messaging.read_state s
        ON s.org_id = $1 AND s.user_id = r.user_id AND s.recipient_id = r.recipient_id
      CROSS JOIN LATERAL (SELECT r.ranges * $4::int8multirange - coalesce(s.ranges, '{}') AS unread) AS left_so
      WHERE r.org_id = $1 AND r.recipient_id = $2 AND r.user_id = ANY ($3::integer[]) AND NOT isempty(left_so.unread)
      ORDER BY r.user_id`,
    [tx.org, channel.recipientId, users, rangesOfIds(ids)],
  )
  return rows.map(({ user, unread }) => ({ user: userId(user), ids: idsInRanges(ids, unread) }))
}

/** What of the messages is gone, by the topic it stood in: their newest spelling. */
const Gone = z.object({ topic: z.string(), id: z.int() })

/**
 * Takes messages away with their marks, reactions and former states; behind the head.
 * @param ids those of the proof's message, channel or age; others stay
 */
export async function deleteMessages(
  tx: Tx,
  granted: Granted<'message:delete'> | Granted<'channel:delete-topic'> | Granted<'message:expire'>,
  ids: Readable | Expired,
): Promise<z.output<typeof Gone>[]> {
  const { object } = granted
  const only = 'message' in object ? [object.message.messageId] : ids
  const recipient = 'message' in object ? null : object.recipientId
  const upTo = 'upTo' in object ? object.upTo : null
  const gone = await tx.query(
    Gone,
    `DELETE FROM messaging.messages
      WHERE org_id = $1 AND message_id = ANY ($2::bigint[]) AND ($3::integer IS NULL OR recipient_id = $3)
        AND ($4::bigint IS NULL OR sent_at <= to_timestamp($4))
      RETURNING topic, message_id AS id`,
    [tx.org, only, recipient, upTo],
  )
  const left = [tx.org, gone.map(({ id }) => id)]
  for (const table of ['user_flags', 'reactions', 'submessages', 'edits'])
    await tx.execute(
      `DELETE FROM messaging.${table} WHERE org_id = $1 AND message_id = ANY ($2::bigint[])`,
      left,
    )
  return gone.sort((a, b) => a.id - b.id)
}
