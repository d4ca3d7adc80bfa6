import { type Actor, type ChannelFacts, decide } from '@parley/access'
import { badRequest, channelId, recipientId } from '@parley/core'
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

async function channelFacts(tx: Tx, actor: Actor, id: number): Promise<ChannelFacts | null> {
  const [row] = await tx.query(
    Row,
    `SELECT c.channel_id, c.recipient_id, c.invite_only, c.history_public_to_subscribers, c.is_web_public, c.archived,
       ${channelGroupColumns('c')}, EXISTS (SELECT FROM streams.v1_subscriptions s
         WHERE s.org_id = c.org_id AND s.channel_id = c.channel_id AND s.user_id = $3) AS subscribed
     FROM streams.v1_channels c WHERE c.org_id = $1 AND c.channel_id = $2::bigint`,
    [tx.org, id, actor.userId],
  )
  if (!row) return null
  return {
    orgId: tx.org,
    channelId: channelId(row.channel_id),
    recipientId: recipientId(row.recipient_id),
    inviteOnly: row.invite_only,
    historyPublicToSubscribers: row.history_public_to_subscribers,
    isWebPublic: row.is_web_public,
    archived: row.archived,
    subscribed: row.subscribed,
    groups: channelGroupsOf(row),
  }
}

/** Settings that name a channel, by whether it must be private. */
export const channelSettings: Readonly<Record<string, { readonly closed: boolean }>> = {
  moderation_request_channel_id: { closed: true },
  new_stream_announcements_stream_id: { closed: false },
  signup_announcements_stream_id: { closed: false },
}

/**
 * May the actor set it to this channel? One that they may not read is none: what the server says there would be theirs to
 * direct. -1 is no channel.
 * @throws AppError BAD_REQUEST
 */
export async function checkSettingChannel(tx: Tx, actor: Actor, name: string, id: number): Promise<void> {
  if (id === -1) return
  const facts = await channelFacts(tx, actor, id)
  if (!facts || facts.archived || !decide('channel:read', actor, facts).ok)
    throw badRequest('Invalid channel ID')
  if (channelSettings[name]?.closed && !facts.inviteOnly)
    throw badRequest('Moderation request channel must be private.')
}
