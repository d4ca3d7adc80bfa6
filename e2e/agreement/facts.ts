import {
  type AccountFacts,
  type Actor,
  botType,
  type ChannelFacts,
  type MessageFacts,
  realmGroupsWith,
  role,
  type Role,
  systemGroupsOf,
} from '@parley/access'
import { channelId, groupId, messageId, orgId, recipientId, userId } from '@parley/core'
import { ChannelGroupIds, channelGroupsJson } from '@parley/db'
import { z } from 'zod'
import type { Organisation } from './organisation.ts'

const isRole = (n: number): n is Role => Object.values<number>(role).includes(n)
const Rows = z.object({
  users: z.array(
    z.object({
      org: z.int(),
      id: z.int(),
      role: z.int().refine(isRole),
      active: z.boolean(),
      bot: z.boolean(),
      owner: z.int().nullable(),
    }),
  ),
  channels: z.array(
    z.object({
      org: z.int(),
      id: z.int(),
      recipient: z.int(),
      name: z.string(),
      private: z.boolean(),
      shared: z.boolean(),
      web: z.boolean(),
      archived: z.boolean(),
      groups: ChannelGroupIds,
    }),
  ),
  permissions: z.array(z.object({ org: z.int(), given: z.record(z.string(), z.int().transform(groupId)) })),
  members: z.array(z.object({ group: z.int(), user: z.int() })),
  subgroups: z.array(z.object({ group: z.int(), subgroup: z.int() })),
  subscriptions: z.array(z.object({ channel: z.int(), user: z.int(), active: z.boolean() })),
  messages: z.array(
    z.object({
      org: z.int(),
      id: z.int(),
      recipient: z.int(),
      sender: z.int(),
      topic: z.string(),
      senderRead: z.boolean(),
      readBy: z.array(z.int()),
      unreadFor: z.array(z.int()).nullable(),
      people: z.array(z.int()).nullable(),
    }),
  ),
  ranges: z.array(
    z.object({
      kind: z.enum(['received', 'read']),
      user: z.int(),
      recipient: z.int(),
      from: z.int(),
      to: z.int().nullable(),
    }),
  ),
  stars: z.array(z.object({ user: z.int(), message: z.int() })),
  muted: z.array(z.object({ user: z.int(), sender: z.int(), from: z.int(), to: z.int() })),
})
type Rows = z.output<typeof Rows>

const list = (columns: string, from: string): string =>
  `coalesce((SELECT jsonb_agg(jsonb_build_object(${columns})) FROM ${from}), '[]')`

const ranges = (kind: string, table: string, orgs: string): string =>
  list(
    `'kind', '${kind}', 'user', r.user_id, 'recipient', r.recipient_id, 'from', lower(g), 'to', upper(g)`,
    `messaging.${table} r, unnest(r.ranges) AS g WHERE r.org_id IN (${orgs})`,
  )

/** Everything that decides in two organisations, read from the tables and put together here: none of the product's SQL. */
export interface Facts {
  readonly rows: Rows
  actor(id: number): Actor
  /** As one who is acted on. */
  account(of: Rows['users'][number]): AccountFacts
  channel(channel: Rows['channels'][number], of: Actor): ChannelFacts
  message(message: Rows['messages'][number], of: Actor): MessageFacts
  subscribed(channel: number, user: number): boolean
  /** Is the message in one of the user's ranges of that kind? */
  within(kind: 'received' | 'read', message: Rows['messages'][number], user: number): boolean
  /** Does it count as read because the user muted its sender later? */
  readByMuting(message: Rows['messages'][number], user: number): boolean
}

export async function readFacts(...organisations: readonly Organisation[]): Promise<Facts> {
  const orgs = organisations.map(({ id }) => id).join()
  const [row] =
    (await organisations[0]?.sql(
      `SELECT jsonb_build_object(
         'users', ${list(
           `'org', org_id, 'id', user_id, 'role', role, 'active', is_active, 'bot', is_bot, 'owner', bot_owner_id`,
           `auth.users WHERE org_id IN (${orgs})`,
         )},
         'channels', ${list(
           `'org', org_id, 'id', channel_id, 'recipient', recipient_id, 'name', name, 'private', invite_only,
            'shared', history_public_to_subscribers, 'web', is_web_public, 'archived', archived, 'groups', ${channelGroupsJson('channels')}`,
           `streams.channels WHERE org_id IN (${orgs})`,
         )},
         'permissions', ${list(`'org', org_id, 'given', permissions`, `auth.settings WHERE org_id IN (${orgs})`)},
         'members', ${list(`'group', group_id, 'user', user_id`, `auth.user_group_members WHERE org_id IN (${orgs})`)},
         'subgroups', ${list(`'group', group_id, 'subgroup', subgroup_id`, `auth.user_group_subgroups WHERE org_id IN (${orgs})`)},
         'subscriptions', ${list(
           `'channel', channel_id, 'user', user_id, 'active', active`,
           `streams.subscriptions WHERE org_id IN (${orgs})`,
         )},
         'messages', ${list(
           `'org', m.org_id, 'id', message_id, 'recipient', recipient_id, 'sender', sender_id, 'topic', topic,
            'senderRead', sender_read, 'readBy', read_by, 'unreadFor', unread_for,
            'people', user_ids`,
           `messaging.messages m JOIN messaging.recipients USING (recipient_id) WHERE m.org_id IN (${orgs})`,
         )},
         'ranges', ${ranges('received', 'received', orgs)} || ${ranges('read', 'read_state', orgs)},
         'muted', ${list(
           `'user', q.user_id, 'sender', q.sender_id, 'from', lower(g), 'to', upper(g)`,
           `messaging.read_by_muting q, unnest(q.ranges) AS g WHERE q.org_id IN (${orgs})`,
         )},
         'stars', ${list(
           `'user', user_id, 'message', message_id`,
           `messaging.user_flags WHERE starred AND org_id IN (${orgs})`,
         )}) AS rows`,
    )) ?? []
  const rows = Rows.parse(row?.['rows'])
  const active = new Set(rows.subscriptions.filter((s) => s.active).map((s) => `${s.channel} ${s.user}`))
  const subscribed: Facts['subscribed'] = (channel, user) => active.has(`${channel} ${user}`)
  const within: Facts['within'] = (kind, { id, recipient }, user) =>
    rows.ranges.some(
      (r) =>
        r.kind === kind &&
        r.user === user &&
        r.recipient === recipient &&
        r.from <= id &&
        (r.to === null || id < r.to),
    )
  const channel: Facts['channel'] = (of, actor) => ({
    orgId: orgId(of.org),
    channelId: channelId(of.id),
    recipientId: recipientId(of.recipient),
    inviteOnly: of.private,
    historyPublicToSubscribers: of.shared,
    isWebPublic: of.web,
    archived: of.archived,
    subscribed: subscribed(of.id, actor.userId),
    groups: of.groups,
  })
  return {
    rows,
    subscribed,
    within,
    readByMuting: ({ id, sender }, user) =>
      rows.muted.some((q) => q.user === user && q.sender === sender && q.from <= id && id < q.to),
    channel,
    actor(id) {
      const user = rows.users.find((u) => u.id === id)
      if (!user) throw new Error('no such person')
      return {
        orgId: orgId(user.org),
        userId: userId(user.id),
        role: user.role,
        isActive: user.active,
        isBot: user.bot,
        botOwnerId: user.owner === null ? null : userId(user.owner),
        generation: 1,
        groups: user.active ? groupsOf(rows, user) : new Set(),
        realmGroups: realmGroupsWith(rows.permissions.find(({ org }) => org === user.org)?.given ?? {}),
      }
    },
    account(user) {
      const owner = rows.users.find(({ id }) => id === user.owner)
      return {
        orgId: orgId(user.org),
        userId: userId(user.id),
        role: user.role,
        isActive: user.active,
        isBot: user.bot,
        botOwnerId: owner ? userId(owner.id) : null,
        isLastOwner: false,
        bot:
          user.bot && owner
            ? {
                type: botType.generic,
                owner: { userId: userId(owner.id), role: owner.role, isActive: owner.active },
                createsUsers: false,
              }
            : null,
      }
    },
    message(message, actor) {
      const inChannel = rows.channels.find(({ recipient }) => recipient === message.recipient)
      return {
        orgId: orgId(message.org),
        messageId: messageId(message.id),
        senderId: userId(message.sender),
        channel: inChannel ? channel(inChannel, actor) : null,
        received: within('received', message, actor.userId),
      }
    },
  }
}

/** Every group that the account is in: what holds one of its groups, until nothing more does. */
function groupsOf({ members, subgroups }: Rows, user: Rows['users'][number]): Actor['groups'] {
  const groups = new Set(systemGroupsOf(user.role))
  for (const { group, user: member } of members) if (member === user.id) groups.add(groupId(group))
  for (let before = -1; before < groups.size;) {
    before = groups.size
    for (const { group, subgroup } of subgroups) if (groups.has(groupId(subgroup))) groups.add(groupId(group))
  }
  return groups
}
