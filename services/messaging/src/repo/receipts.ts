import type { Granted } from '@parley/access'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

/**
 * Who has read the message that the proof is about, ascending: never its sender, nor who is gone, left the channel (which
 * marks what is in it as read), keeps it to themselves, muted the asker or is muted by them. Nor for whom it counts as read
 * though they have not read it, for they muted its sender or skip what is like it: whom they mute is theirs alone.
 */
export async function readReceipts(tx: Tx, { actor, object }: Granted<'message:read'>): Promise<number[]> {
  const { ids } = only(
    await tx.query(
      z.object({ ids: z.array(z.int()) }),
      // Whatever is the same for all readers is asked once, and looked up for each: there may be many.
      `WITH message AS MATERIALIZED (
        SELECT m.message_id, m.recipient_id, m.sender_id, m.read_by, m.unread_for, rc.channel_id
        FROM messaging.messages m
        JOIN messaging.recipients rc ON rc.org_id = $1 AND rc.recipient_id = m.recipient_id
        WHERE m.org_id = $1 AND m.message_id = $2)
      SELECT coalesce(array_agg(r.user_id ORDER BY r.user_id), '{}') AS ids FROM message m
        JOIN messaging.received r ON r.org_id = $1 AND r.recipient_id = m.recipient_id
        JOIN messaging.read_state s ON s.org_id = $1 AND s.user_id = r.user_id AND s.recipient_id = m.recipient_id
        JOIN auth.v1_actors a ON a.org_id = $1 AND a.user_id = r.user_id
      WHERE r.user_id <> m.sender_id AND a.is_active AND r.ranges @> m.message_id AND s.ranges @> m.message_id
        AND (m.channel_id IS NULL OR r.user_id IN (SELECT b.user_id FROM streams.v1_subscriptions b
          WHERE b.org_id = $1 AND b.channel_id = (SELECT channel_id FROM message)))
        AND r.user_id NOT IN (SELECT unnest(read_by) FROM message)
        AND (m.unread_for IS NULL OR r.user_id IN (SELECT unnest(unread_for) FROM message))
        AND r.user_id NOT IN (SELECT q.user_id FROM messaging.read_by_muting q
          WHERE q.org_id = $1 AND q.sender_id = (SELECT sender_id FROM message) AND q.ranges @> $2::bigint)
        AND r.user_id NOT IN (SELECT w.user_id FROM auth.v1_without_receipts w WHERE w.org_id = $1)
        AND r.user_id NOT IN (SELECT u.user_id FROM streams.v1_muted_users u WHERE u.org_id = $1 AND u.muted_id = $3)
        AND r.user_id NOT IN (SELECT u.muted_id FROM streams.v1_muted_users u WHERE u.org_id = $1 AND u.user_id = $3)`,
      [tx.org, object.messageId, actor.userId],
    ),
  )
  return ids
}
