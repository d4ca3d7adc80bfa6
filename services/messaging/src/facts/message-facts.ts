import type { Actor, MessageFacts } from '@parley/access'
import { messageId, userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { ChannelRow, channelColumns, channelFactsOf } from './channel-facts.ts'

/** What decides about one message for the actor; null where there is no such message. */
export async function readMessageFacts(
  tx: Tx,
  actor: Pick<Actor, 'userId'>,
  id: number,
): Promise<MessageFacts | null> {
  const [row] = await tx.query(
    z.object({
      message: z.object({ id: z.int(), sender: z.int(), received: z.boolean() }),
      channel: ChannelRow.nullable(),
    }),
    `SELECT jsonb_build_object('id', m.message_id, 'sender', m.sender_id, 'received', EXISTS (
          SELECT FROM messaging.received r
          WHERE r.org_id = $1 AND r.user_id = $2 AND r.recipient_id = m.recipient_id AND r.ranges @> m.message_id))
        AS message,
        CASE WHEN rc.channel_id IS NOT NULL THEN ${channelColumns('c', '$2')} END AS channel
      FROM messaging.messages m
      JOIN messaging.recipients rc ON rc.org_id = $1 AND rc.recipient_id = m.recipient_id
      LEFT JOIN streams.v1_channels c ON c.org_id = $1 AND c.channel_id = rc.channel_id
      WHERE m.org_id = $1 AND m.message_id = $3`,
    [tx.org, actor.userId, id],
  )
  if (!row) return null
  return {
    orgId: tx.org,
    messageId: messageId(row.message.id),
    senderId: userId(row.message.sender),
    channel: row.channel && channelFactsOf(tx.org, row.channel),
    received: row.message.received,
  }
}
