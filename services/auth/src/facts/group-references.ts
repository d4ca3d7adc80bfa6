import {
  type Actor,
  decide,
  type GroupFacts,
  groupPermissionSettings,
  channelGroupSettings,
} from '@parley/access'
import { channelId, recipientId } from '@parley/core'
import { ChannelGroupIds, channelGroupColumns, channelGroupsOf, type Tx } from '@parley/db'
import { z } from 'zod'

/** A use of a group that stands against deactivating it (Zulip API: objections). */
export type Objection =
  | { readonly type: 'subgroup'; readonly supergroup_ids: readonly number[] }
  | { readonly type: 'channel'; readonly channel_id: number; readonly settings: readonly string[] }
  | { readonly type: 'realm'; readonly settings: readonly string[] }
  | { readonly type: 'user_group'; readonly group_id: number; readonly settings: readonly string[] }

const Holder = z.object({ group_id: z.int(), named: z.boolean() })
const Channel = ChannelGroupIds.extend({
  channel_id: z.int(),
  invite_only: z.boolean(),
  history_public_to_subscribers: z.boolean(),
  is_web_public: z.boolean(),
  subscribed: z.boolean(),
})
const OfRealm = z.object({ name: z.string() })
const User = z.object({ group_id: z.int(), settings: z.array(z.string()) })

/**
 * Where a group is used: in permissions of the organisation, and in groups, channels and permissions over groups that
 * are in use themselves.
 * @returns null where it is nowhere; what the actor may not know of is left out
 */
export async function objectionsTo(
  tx: Tx,
  actor: Actor,
  { groupId }: GroupFacts,
): Promise<Objection[] | null> {
  const holders = await tx.query(
    Holder,
    `SELECT g.group_id, g.name IS NOT NULL AS named FROM auth.user_group_subgroups s
     JOIN auth.user_groups g ON g.org_id = s.org_id AND g.group_id = s.group_id
     WHERE s.org_id = $1 AND s.subgroup_id = $2 AND NOT g.deactivated ORDER BY 1`,
    [tx.org, groupId],
  )
  const supergroups = holders.filter(({ named }) => named).map(({ group_id }) => group_id)
  // Values are written with the group in place.
  const written = [groupId, ...holders.filter(({ named }) => !named).map(({ group_id }) => group_id)]
  const channels = await tx.query(
    Channel,
    `SELECT c.channel_id, c.invite_only, c.history_public_to_subscribers, c.is_web_public, ${channelGroupColumns('c')},
       EXISTS (SELECT FROM streams.v1_subscriptions s
         WHERE s.org_id = c.org_id AND s.channel_id = c.channel_id AND s.user_id = $3) AS subscribed
     FROM streams.v1_channels c
     WHERE c.org_id = $1 AND NOT c.archived AND ARRAY[${channelGroupColumns('c')}] && $2::integer[]
     ORDER BY c.channel_id`,
    [tx.org, written, actor.userId],
  )
  const groups = await tx.query(
    User,
    `SELECT g.group_id, array_remove(ARRAY[${groupPermissionSettings
      .map((name) => `CASE WHEN g.${name} = ANY ($2) THEN '${name}' END`)
      .join(', ')}], NULL) AS settings
     FROM auth.user_groups g
     WHERE g.org_id = $1 AND g.name IS NOT NULL AND NOT g.deactivated AND g.group_id <> $3
       AND ARRAY[${groupPermissionSettings.map((name) => `g.${name}`).join(', ')}] && $2::integer[]
     ORDER BY g.group_id`,
    [tx.org, written, groupId],
  )
  const realm = await tx.query(
    OfRealm,
    `SELECT p.key AS name FROM auth.settings s CROSS JOIN jsonb_each_text(s.permissions) p
     WHERE s.org_id = $1 AND p.value::integer = ANY ($2) ORDER BY 1`,
    [tx.org, written],
  )
  if (supergroups.length + channels.length + groups.length + realm.length === 0) return null
  const among = new Set<number>(written)
  return [
    ...(supergroups.length > 0 ? [{ type: 'subgroup' as const, supergroup_ids: supergroups }] : []),
    ...channels
      .filter((channel) => knows(actor, channel, channel.subscribed))
      .map((channel) => ({
        type: 'channel' as const,
        channel_id: channel.channel_id,
        settings: channelGroupSettings.filter((name) => among.has(channel[name])),
      })),
    ...(realm.length > 0 ? [{ type: 'realm' as const, settings: realm.map(({ name }) => name) }] : []),
    ...groups.map((group) => ({ type: 'user_group' as const, ...group })),
  ]
}

export type KnowableChannel = Omit<z.output<typeof Channel>, 'subscribed'>

/** May the actor know of a channel that is in use? By the rule that decides requests. */
export const knows = (actor: Actor, channel: KnowableChannel, subscribed: boolean): boolean =>
  decide('channel:know', actor, {
    orgId: actor.orgId,
    channelId: channelId(channel.channel_id),
    // No rule looks at it.
    recipientId: recipientId(0),
    inviteOnly: channel.invite_only,
    historyPublicToSubscribers: channel.history_public_to_subscribers,
    isWebPublic: channel.is_web_public,
    archived: false,
    subscribed,
    groups: channelGroupsOf(channel),
  }).ok
