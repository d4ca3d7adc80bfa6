import type { Actor, ChannelFacts } from '@parley/access'
import { channelId, type OrgId, recipientId } from '@parley/core'
import { ChannelGroupIds, channelGroupsJson, type Tx } from '@parley/db'
import { z } from 'zod'

/** A channel as one actor stands to it. */
export const ChannelRow = z.object({
  id: z.int(),
  recipient: z.int(),
  private: z.boolean(),
  shared: z.boolean(),
  web: z.boolean(),
  archived: z.boolean(),
  subscribed: z.boolean(),
  groups: ChannelGroupIds,
})
export type ChannelRow = z.output<typeof ChannelRow>

/**
 * SQL that makes a `ChannelRow` of a row of `streams.v1_channels`.
 * @param channel the row's alias
 * @param user the placeholder that holds the actor's user id
 */
export const channelColumns = (channel: string, user: string): string =>
  `jsonb_build_object('id', ${channel}.channel_id, 'recipient', ${channel}.recipient_id,
     'private', ${channel}.invite_only, 'shared', ${channel}.history_public_to_subscribers,
     'web', ${channel}.is_web_public, 'archived', ${channel}.archived,
     'subscribed', EXISTS (SELECT FROM streams.v1_subscriptions s WHERE s.org_id = ${channel}.org_id
       AND s.channel_id = ${channel}.channel_id AND s.user_id = ${user}),
     'groups', ${channelGroupsJson(channel)})`

/** A row as the rules see it. */
export const channelFactsOf = (org: OrgId, row: ChannelRow): ChannelFacts => ({
  orgId: org,
  channelId: channelId(row.id),
  recipientId: recipientId(row.recipient),
  inviteOnly: row.private,
  historyPublicToSubscribers: row.shared,
  isWebPublic: row.web,
  archived: row.archived,
  subscribed: row.subscribed,
  groups: row.groups,
})

/** What decides about one channel for the actor; null where there is no such channel. */
export async function readChannelFacts(
  tx: Tx,
  actor: Pick<Actor, 'userId'>,
  id: number,
): Promise<ChannelFacts | null> {
  const [row] = await tx.query(
    z.object({ channel: ChannelRow }),
    `SELECT ${channelColumns('c', '$2')} AS channel FROM streams.v1_channels c
      WHERE c.org_id = $1 AND c.channel_id = $3`,
    [tx.org, actor.userId, Math.min(id, 2_147_483_647)],
  )
  return row ? channelFactsOf(tx.org, row.channel) : null
}
