import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** Who has written in a topic of the channel that the proof is about: whom `@topic` mentions. */
export async function readParticipants(
  tx: Tx,
  { object }: Granted<'message:send'>,
  topic: string,
): Promise<number[]> {
  if (object.kind !== 'channel') return []
  const rows = await tx.query(
    z.object({ sender_id: z.int() }),
    `SELECT DISTINCT sender_id FROM messaging.messages
      WHERE org_id = $1 AND recipient_id = $2 AND topic_key = lower($3)`,
    [tx.org, object.channel.recipientId, topic],
  )
  return rows.map((row) => row.sender_id)
}
