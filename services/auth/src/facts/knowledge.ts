import { type Actor, noRealmGroups, role } from '@parley/access'
import { type GroupId, groupId, userId } from '@parley/core'
import { ChannelGroupIds, channelGroupColumns, type Tx } from '@parley/db'
import { z } from 'zod'
import { knows } from './group-references.ts'

export type GroupsByUser = ReadonlyMap<number, ReadonlySet<GroupId>>

/** Every group that each of these people is in now; none for who is deactivated. */
export async function groupsOf(tx: Tx, users: readonly number[]): Promise<GroupsByUser> {
  if (users.length === 0) return new Map()
  const rows = await tx.query(
    z.object({ user_id: z.int(), group_ids: z.array(z.int()) }),
    'SELECT user_id, group_ids FROM auth.v1_groups_of($1, $2)',
    [tx.org, users],
  )
  return new Map(rows.map((row) => [row.user_id, new Set(row.group_ids.map(groupId))]))
}

const Channel = ChannelGroupIds.extend({
  channel_id: z.int(),
  invite_only: z.boolean(),
  history_public_to_subscribers: z.boolean(),
  is_web_public: z.boolean(),
  /** Those of the people who are in it. */
  members: z.array(z.int()),
})
const Person = z.object({ user_id: z.int(), role: z.literal(Object.values(role)), is_bot: z.boolean() })

/**
 * Those who know of other private channels with their groups now than with those before: decided by the rule of
 * requests, for each of them and each channel whose permissions name a group that came or went.
 */
export async function whoseKnowledgeMoved(
  tx: Tx,
  before: GroupsByUser,
  now: GroupsByUser,
): Promise<number[]> {
  const changed = new Map(
    [...now].flatMap(([user, groups]) => {
      const difference = groups.symmetricDifference(before.get(user) ?? new Set())
      return difference.size === 0 ? [] : [[user, difference] as const]
    }),
  )
  const users = [...changed.keys()]
  const groups = [...new Set([...changed.values()].flatMap((ids) => [...ids]))]
  if (groups.length === 0) return []
  const channels = await tx.query(
    Channel,
    `SELECT c.channel_id, c.invite_only, c.history_public_to_subscribers, c.is_web_public, ${channelGroupColumns('c')},
       ARRAY(SELECT s.user_id FROM streams.v1_subscriptions s
         WHERE s.org_id = c.org_id AND s.channel_id = c.channel_id AND s.user_id = ANY ($3)) AS members
     FROM streams.v1_channels c
     WHERE c.org_id = $1 AND c.invite_only AND (c.can_add_subscribers_group = ANY ($2)
       OR c.can_administer_channel_group = ANY ($2) OR c.can_subscribe_group = ANY ($2))`,
    [tx.org, groups, users],
  )
  if (channels.length === 0) return []
  const people = await tx.query(
    Person,
    'SELECT user_id, role, is_bot FROM auth.users WHERE org_id = $1 AND user_id = ANY ($2) ORDER BY user_id',
    [tx.org, users],
  )
  return people
    .filter((person) =>
      channels.some((channel) => {
        const known = (by: GroupsByUser): boolean =>
          knows(
            actorOf(tx, person, by.get(person.user_id) ?? new Set()),
            channel,
            channel.members.includes(person.user_id),
          )
        return known(before) !== known(now)
      }),
    )
    .map((person) => person.user_id)
}

const actorOf = (tx: Tx, person: z.output<typeof Person>, groups: ReadonlySet<GroupId>): Actor => ({
  orgId: tx.org,
  userId: userId(person.user_id),
  role: person.role,
  isActive: true,
  isBot: person.is_bot,
  botOwnerId: null,
  generation: 0,
  groups,
  // They do nothing here, and no permission of the organisation tells of channels.
  realmGroups: noRealmGroups,
})
