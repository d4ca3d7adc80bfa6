import { prepared, type Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ channel_id: z.int(), user_id: z.int() })

/** Which of these people are subscribed to which of these channels. */
export interface Memberships {
  has(channelId: number, userId: number): boolean
}

export async function readMemberships(
  tx: Tx,
  channelIds: readonly number[],
  userIds: readonly number[],
): Promise<Memberships> {
  const rows = await tx.query(
    Row,
    prepared(`SELECT channel_id, user_id FROM streams.subscriptions
     WHERE org_id = $1 AND channel_id = ANY ($2::integer[]) AND user_id = ANY ($3::integer[]) AND active`),
    [tx.org, channelIds, userIds],
  )
  const pairs = new Set(rows.map((row) => `${row.channel_id}:${row.user_id}`))
  return { has: (channelId, userId) => pairs.has(`${channelId}:${userId}`) }
}
