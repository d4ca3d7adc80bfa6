import type { Granted } from '@parley/access'
import { userId } from '@parley/core'
import type { Tx } from '@parley/db'
import type { MessageAudience } from '@parley/events'
import { z } from 'zod'

const Row = z.object({ user_id: z.int() })

/**
 * Who is told of a change of the message that the proof is about (permissions §2): the people of a direct conversation;
 * of a channel its subscribers, beside them of a public one members whom it came to and who left; where history is kept
 * from who was not there, only those whom it came to. Asked behind the head, so that nobody comes or goes meanwhile.
 */
export async function readAudience(tx: Tx, { object }: Granted<'message:react'>): Promise<MessageAudience> {
  const { channel, messageId } = object
  const all = [tx.org, messageId]
  const query = (sql: string): Promise<z.output<typeof Row>[]> => tx.query(Row, sql, all)
  const audience = (rows: readonly z.output<typeof Row>[], within: boolean): MessageAudience => ({
    channel: channel && channel.channelId,
    users: rows.map((row) => userId(row.user_id)),
    within,
  })
  if (!channel)
    return audience(
      await query(
        `SELECT unnest(rc.user_ids) AS user_id FROM messaging.messages m
          JOIN messaging.recipients rc ON rc.org_id = m.org_id AND rc.recipient_id = m.recipient_id
          WHERE m.org_id = $1 AND m.message_id = $2`,
      ),
      false,
    )
  if (channel.inviteOnly && channel.historyPublicToSubscribers) return audience([], false)
  const holders = (more: string): string =>
    `SELECT r.user_id FROM messaging.messages m
      JOIN messaging.received r ON r.org_id = m.org_id AND r.recipient_id = m.recipient_id
      JOIN auth.v1_actors a ON a.org_id = r.org_id AND a.user_id = r.user_id AND a.is_active
      WHERE m.org_id = $1 AND m.message_id = $2 AND ${more}
        AND EXISTS (SELECT FROM unnest(r.ranges) AS g WHERE g @> m.message_id)
      ORDER BY r.user_id`
  // Whoever is in the channel receives without an end.
  return channel.inviteOnly
    ? audience(await query(holders('upper_inf(r.ranges)')), true)
    : audience(await query(holders('NOT upper_inf(r.ranges) AND a.role < 600')), false)
}
