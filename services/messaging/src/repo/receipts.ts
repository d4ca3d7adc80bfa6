import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/**
 * Who has read the message that the proof is about, ascending: never its sender, nor who is gone, left the channel (which
 * marks what is in it as read), keeps it to themselves, muted the asker or is muted by them.
 */
export async function readReceipts(tx: Tx, { actor, object }: Granted<'message:read'>): Promise<number[]> {
  const rows = await tx.query(
    z.object({ id: z.int() }),
    `SELECT r.user_id AS id FROM messaging.messages m
       JOIN messaging.received r ON r.org_id = $1 AND r.recipient_id = m.recipient_id
       JOIN messaging.read_state s ON s.org_id = $1 AND s.user_id = r.user_id AND s.recipient_id = m.recipient_id
       JOIN auth.v1_actors a ON a.org_id = $1 AND a.user_id = r.user_id
       JOIN messaging.recipients rc ON rc.org_id = $1 AND rc.recipient_id = m.recipient_id
      WHERE m.org_id = $1 AND m.message_id = $2 AND r.user_id <> m.sender_id AND a.is_active
        AND (rc.channel_id IS NULL OR EXISTS (SELECT FROM streams.v1_subscriptions b
          WHERE b.org_id = $1 AND b.channel_id = rc.channel_id AND b.user_id = r.user_id))
        AND r.ranges @> m.message_id AND s.ranges @> m.message_id
        AND NOT EXISTS (SELECT FROM auth.v1_without_receipts w WHERE w.org_id = $1 AND w.user_id = r.user_id)
        AND NOT EXISTS (SELECT FROM streams.v1_muted_users u
          WHERE u.org_id = $1 AND (u.user_id = r.user_id AND u.muted_id = $3 OR u.user_id = $3 AND u.muted_id = r.user_id))
      ORDER BY r.user_id`,
    [tx.org, object.messageId, actor.userId],
  )
  return rows.map(({ id }) => id)
}
