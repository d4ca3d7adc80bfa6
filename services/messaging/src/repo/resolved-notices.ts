import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** They stand in the message and its event, which may be so large only. */
const mostSkipping = 50_000

/** Who in the proof's channel wants notices read that a topic was resolved (Zulip API: resolved_topic_notice_auto_read_policy). */
export async function readWhoSkips(
  tx: Tx,
  { object }: Granted<'message:send'>,
  topic: string,
): Promise<number[]> {
  if (object.kind !== 'channel') return []
  const rows = await tx.query(
    z.object({ user: z.int() }),
    `SELECT s.user_id AS "user" FROM streams.v1_subscriptions s
      LEFT JOIN auth.v1_resolved_notices q ON q.org_id = $1 AND q.user_id = s.user_id
      WHERE s.org_id = $1 AND s.channel_id = $2 AND CASE coalesce(q.policy, 'except_followed')
        WHEN 'always' THEN true
        WHEN 'never' THEN false
        ELSE NOT EXISTS (SELECT FROM streams.v1_topic_policies p
          WHERE p.org_id = $1 AND p.user_id = s.user_id AND p.channel_id = $2 AND p.topic_key = lower($3) AND p.policy = 3)
        END
      ORDER BY s.user_id LIMIT ${mostSkipping}`,
    [tx.org, object.channel.channelId, topic],
  )
  return rows.map(({ user }) => user)
}
