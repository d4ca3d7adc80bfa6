import type { ChannelFacts } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { fewPeople } from '../rules/wildcard.ts'

/** Has the channel more subscribers than everybody may mention at once? */
export async function channelIsMany(tx: Tx, { channelId }: ChannelFacts): Promise<boolean> {
  const rows = await tx.query(
    z.object({ one: z.int() }),
    `SELECT 1 AS one FROM streams.v1_subscriptions WHERE org_id = $1 AND channel_id = $2 LIMIT ${fewPeople + 1}`,
    [tx.org, channelId],
  )
  return rows.length > fewPeople
}
