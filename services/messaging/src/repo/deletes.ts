import type { Granted } from '@parley/access'
import { userId, type UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { Expired } from './expired.ts'
import type { Readable } from './fetch.ts'
import { byMessage, type Told } from '../rules/told.ts'

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

/** Who starred the messages and does not hear that they are gone: they left where these stood. */
export async function readLostStars(
  tx: Tx,
  _granted: Granted<'message:delete'> | Granted<'channel:delete-topic'> | Granted<'message:expire'>,
  told: readonly Told[],
  ids: Readable | Expired,
): Promise<{ readonly user: UserId; readonly ids: readonly number[] }[]> {
  const rows = await tx.query(
    Star,
    `SELECT f.user_id AS "user", array_agg(f.message_id ORDER BY f.message_id) AS ids FROM messaging.user_flags f
      WHERE f.org_id = $1 AND f.message_id = ANY ($2::bigint[]) AND f.starred
        AND NOT EXISTS (SELECT FROM streams.v1_subscriptions s
          WHERE s.org_id = $1 AND s.channel_id = $3 AND s.user_id = f.user_id)
      GROUP BY f.user_id ORDER BY f.user_id`,
    [tx.org, ids, told[0]?.audience.channel ?? null],
  )
  const hear = new Map(
    byMessage(told).map(({ ids: [id], audience }) => [id, new Set<number>(audience.users)]),
  )
  return rows.flatMap(({ user, ids: starred }) => {
    const lost = starred.filter((id) => !hear.get(id)?.has(user))
    return lost.length === 0 ? [] : [{ user: userId(user), ids: lost }]
  })
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
