import type { Granted } from '@parley/access'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'
import type { Send } from './send-batch.ts'

/** They stand in the message and its event, and everybody behind the head waits for that. */
const mostNamed = 10_000

const People = z.array(z.int())

/**
 * For whom a notice in the proof's channel that a topic was resolved is read from the start (Zulip API:
 * resolved_topic_notice_auto_read_policy): named are those who skip it, or those who do not, whoever are fewer. Where
 * both are more than `most` it is unread for everybody.
 */
export async function readNoticeReaders(
  tx: Tx,
  { object }: Granted<'message:send'>,
  topic: string,
  most = mostNamed,
): Promise<Pick<Send, 'readBy' | 'unreadFor'>> {
  if (object.kind !== 'channel') return { readBy: [], unreadFor: null }
  const { skipping, reading } = only(
    await tx.query(
      z.object({ skipping: People, reading: People }),
      `WITH people AS MATERIALIZED (
        SELECT s.user_id, CASE coalesce(q.policy, 'except_followed')
          WHEN 'always' THEN true
          WHEN 'never' THEN false
          ELSE NOT EXISTS (SELECT FROM streams.v1_topic_policies p
            WHERE p.org_id = $1 AND p.user_id = s.user_id AND p.channel_id = $2 AND p.topic_key = lower($3) AND p.policy = 3)
          END AS skips
        FROM streams.v1_subscriptions s
        LEFT JOIN auth.v1_resolved_notices q ON q.org_id = $1 AND q.user_id = s.user_id
        WHERE s.org_id = $1 AND s.channel_id = $2)
      SELECT ARRAY(SELECT user_id FROM people WHERE skips ORDER BY user_id LIMIT $4) AS skipping,
        ARRAY(SELECT user_id FROM people WHERE NOT skips ORDER BY user_id LIMIT $4) AS reading`,
      [tx.org, object.channel.channelId, topic, most + 1],
    ),
  )
  if (reading.length <= Math.min(most, skipping.length)) return { readBy: [], unreadFor: reading }
  return { readBy: skipping.length <= most ? skipping : [], unreadFor: null }
}
