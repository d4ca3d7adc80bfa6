import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { OwnSetting } from '../rules/own-setting.ts'

/**
 * Of these channels, those that the actor is in and that are in use. Their own rows stay theirs until the transaction
 * ends, taken in the order of the channels' names as everybody does.
 */
export async function holdOwnSubscriptions(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  channelIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await tx.query(
    z.object({ channel_id: z.int() }),
    `SELECT s.channel_id FROM streams.subscriptions s JOIN streams.channels c USING (org_id, channel_id)
     WHERE s.org_id = $1 AND s.user_id = $2 AND s.channel_id = ANY ($3::bigint[]) AND s.active AND NOT c.archived
     ORDER BY c.name_key COLLATE "C" FOR NO KEY UPDATE OF s`,
    [tx.org, actor.userId, channelIds],
  )
  return new Set(rows.map((row) => row.channel_id))
}

/** Sets one thing for a channel of `holdOwnSubscriptions`. @returns false where it was so already */
export async function setOwn(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  { channel, column, value }: OwnSetting,
): Promise<boolean> {
  const changed = await tx.execute(
    `UPDATE streams.subscriptions SET ${column} = $4
     WHERE org_id = $1 AND user_id = $2 AND channel_id = $3 AND active AND ${column} IS DISTINCT FROM $4`,
    [tx.org, actor.userId, channel, value],
  )
  return changed > 0
}
