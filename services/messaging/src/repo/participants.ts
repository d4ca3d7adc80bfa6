import type { Granted } from '@parley/access'
import type { RecipientId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** Who has written in a topic of the channel that the proof is about: whom `@topic` mentions. */
export async function readParticipants(
  tx: Tx,
  granted: Granted<'message:send'> | Granted<'message:edit'>,
  topic: string,
): Promise<number[]> {
  const recipient = recipientOf(granted)
  if (recipient === null) return []
  const rows = await tx.query(
    z.object({ sender_id: z.int() }),
    `SELECT DISTINCT sender_id FROM messaging.messages
      WHERE org_id = $1 AND recipient_id = $2 AND topic_key = lower($3)`,
    [tx.org, recipient, topic],
  )
  return rows.map((row) => row.sender_id)
}

function recipientOf({ object }: Granted<'message:send'> | Granted<'message:edit'>): RecipientId | null {
  if ('message' in object) return object.message.channel?.recipientId ?? null
  return object.kind === 'channel' ? object.channel.recipientId : null
}
