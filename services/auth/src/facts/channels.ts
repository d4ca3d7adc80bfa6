import type { Actor, ChannelFacts } from '@parley/access'
import { channelId, recipientId } from '@parley/core'
import { ChannelGroupIds, channelGroupColumns, channelGroupsOf, type Tx } from '@parley/db'
import { z } from 'zod'

const Row = z
  .object({
    channel_id: z.int(),
    recipient_id: z.int(),
    invite_only: z.boolean(),
    history_public_to_subscribers: z.boolean(),
    is_web_public: z.boolean(),
    archived: z.boolean(),
    subscribed: z.boolean(),
  })
  .extend(ChannelGroupIds.shape)

const largestId = 2_147_483_647

/** What decides about channels for the actor, by id; ids that stand for none are not in it. */
export async function channelFacts(
  tx: Tx,
  actor: Actor,
  ids: readonly number[],
): Promise<ReadonlyMap<number, ChannelFacts>> {
  const possible = ids.filter((id) => id >= 0 && id <= largestId)
  if (possible.length === 0) return new Map()
  const rows = await tx.query(
    Row,
    `SELECT c.channel_id, c.recipient_id, c.invite_only, c.history_public_to_subscribers, c.is_web_public, c.archived,
       ${channelGroupColumns('c')}, EXISTS (SELECT FROM streams.v1_subscriptions s
         WHERE s.org_id = c.org_id AND s.channel_id = c.channel_id AND s.user_id = $3) AS subscribed
     FROM streams.v1_channels c WHERE c.org_id = $1 AND c.channel_id = ANY ($2)`,
    [tx.org, possible, actor.userId],
  )
  return new Map(
    rows.map((row) => [
      row.channel_id,
      {
        orgId: tx.org,
        channelId: channelId(row.channel_id),
        recipientId: recipientId(row.recipient_id),
        inviteOnly: row.invite_only,
        historyPublicToSubscribers: row.history_public_to_subscribers,
        isWebPublic: row.is_web_public,
        archived: row.archived,
        subscribed: row.subscribed,
        groups: channelGroupsOf(row),
      },
    ]),
  )
}

/** Public channels in use that all new accounts come into, ascending. */
export async function defaultChannels(tx: Tx): Promise<number[]> {
  const rows = await tx.query(
    z.object({ id: z.int() }),
    'SELECT id FROM streams.v1_default_channels($1) AS id',
    [tx.org],
  )
  return rows.map(({ id }) => id)
}
