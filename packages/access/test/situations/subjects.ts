import { channelId, groupId, messageId, orgId, recipientId, userId } from '@parley/core'
import { type AddressFacts, anyAddress } from '../../src/actions/address.ts'
import { botType } from '../../src/actions/bot.ts'
import type { GroupFacts } from '../../src/actions/group.ts'
import type { SightFacts } from '../../src/actions/sight.ts'
import { type Actor, type Role, role } from '../../src/actor.ts'
import { type ChannelGroupSetting, defaultChannelGroups } from '../../src/channel-groups.ts'
import type { AccountFacts, ChannelFacts, DirectFacts, MessageFacts, MessagePolicy } from '../../src/facts.ts'
import { type RealmGroupSetting, defaultRealmGroups } from '../../src/permission-settings.ts'
import { systemGroupId, systemGroupsOf } from '../../src/system-groups.ts'

/** The actor of every row is user 1 of organisation 1. */
export const org = orgId(1)
export const self = userId(1)
export const other = userId(2)

export const address: AddressFacts = {
  policy: anyAddress,
  local: 'new',
  domain: 'acme.example',
  disposable: false,
}
export const outside: AddressFacts = { ...address, policy: { domains: [], disposable: false } }

export const invited = { multiuse: false, role: role.member, welcomes: false }
export const joining = { invitation: invited, role: role.member, address, inviteRequired: true }

export const open: ChannelFacts = {
  orgId: org,
  channelId: channelId(7),
  recipientId: recipientId(8),
  inviteOnly: false,
  historyPublicToSubscribers: true,
  isWebPublic: false,
  archived: false,
  subscribed: false,
  groups: defaultChannelGroups,
}
export const shared = { ...open, inviteOnly: true }
export const closed = { ...shared, historyPublicToSubscribers: false }
export const joined = (channel: ChannelFacts): ChannelFacts => ({ ...channel, subscribed: true })
/** Group 1 holds everybody: the actor has the permission where the role may. */
export const given = (channel: ChannelFacts, name: ChannelGroupSetting): ChannelFacts => ({
  ...channel,
  groups: { ...channel.groups, [name]: groupId(1) },
})

export const channels: readonly (readonly [string, ChannelFacts])[] = [
  ['public', open],
  ['public, subscribed', joined(open)],
  ['web-public', { ...open, isWebPublic: true }],
  ['private, shared history', shared],
  ['private, shared history, subscribed', joined(shared)],
  ['private, protected history', closed],
  ['private, protected history, subscribed', joined(closed)],
  ['private, made by the actor, who left', given(closed, 'can_administer_channel_group')],
  ['private, shared history, who may subscribe', given(shared, 'can_subscribe_group')],
  ['private, protected history, who may add', given(closed, 'can_add_subscribers_group')],
  [
    'public, administrators post',
    { ...open, groups: { ...open.groups, can_send_message_group: groupId(6) } },
  ],
  ['public, archived, subscribed', { ...joined(open), archived: true }],
  ['of another organisation', { ...open, orgId: orgId(2) }],
]

export const expiring = {
  orgId: orgId(1),
  recipientId: recipientId(1),
  channel: null,
  messageId: 1,
  keepsDays: 1,
  upTo: 0,
  now: 86_400,
}
export const change = {
  kind: null,
  archived: null,
  byDefault: false,
  retention: false,
  topics: null,
  permissions: [],
}
export const [publicKind, privateKind] = [
  { inviteOnly: false, historyPublicToSubscribers: true, isWebPublic: false, webPublicEnabled: true },
  { inviteOnly: true, historyPublicToSubscribers: false, isWebPublic: false, webPublicEnabled: true },
]
export const webPublicKind = { ...publicKind, isWebPublic: true }
export const noSpectators = { ...webPublicKind, webPublicEnabled: false }
export const ownChannel = given(closed, 'can_administer_channel_group')

export const account: AccountFacts = {
  orgId: org,
  userId: other,
  role: role.member,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  isLastOwner: false,
  bot: null,
}
export const bot: AccountFacts = {
  ...account,
  isBot: true,
  botOwnerId: other,
  bot: {
    type: botType.generic,
    owner: { userId: other, role: role.member, isActive: true },
    createsUsers: false,
  },
}
export const ownBot: AccountFacts = {
  ...bot,
  botOwnerId: self,
  bot: {
    type: botType.generic,
    owner: { userId: self, role: role.member, isActive: true },
    createsUsers: false,
  },
}
export const creating: AccountFacts = {
  ...bot,
  bot: {
    type: botType.generic,
    owner: { userId: other, role: role.admin, isActive: true },
    createsUsers: true,
  },
}
export const ownerless: AccountFacts = { ...account, isBot: true }
export const bots: readonly (readonly [string, AccountFacts])[] = [
  ['one’s own', ownBot],
  ['another’s', bot],
  ['the server’s', ownerless],
  ['of the role owner', { ...bot, role: role.owner }],
  ['that creates accounts', creating],
  ['a person', account],
  ['of another organisation', { ...ownBot, orgId: orgId(2) }],
]
export const person = (of: Role, groups = systemGroupsOf(of)): Actor => ({
  orgId: org,
  userId: other,
  role: of,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups,
  realmGroups: defaultRealmGroups,
})

export const direct = (...participants: readonly [number, boolean][]): DirectFacts => ({
  orgId: org,
  recipientId: null,
  participants: participants.map(([id, isActive]) => ({
    userId: userId(id),
    isActive,
    isBot: false,
    permits: true,
    met: true,
  })),
  begun: false,
})

export const unpermitted: DirectFacts = {
  orgId: org,
  recipientId: null,
  participants: direct([1, true], [2, true]).participants.map((person) => ({ ...person, permits: false })),
  begun: true,
}

export const stranger: SightFacts = { orgId: org, userId: other, isBot: false, met: false }
export const unmet: DirectFacts = {
  ...direct([1, true], [2, true]),
  participants: direct([1, true], [2, true]).participants.map((person) => ({ ...person, met: false })),
}

export const message = (channel: ChannelFacts | null, received: boolean): MessageFacts => ({
  orgId: org,
  messageId: messageId(9),
  senderId: other,
  channel,
  received,
})

export const messages: readonly (readonly [string, MessageFacts])[] = [
  ...channels.flatMap(([name, channel]) => [
    [`${name}; received`, message(channel, true)] as const,
    [`${name}; not received`, message(channel, false)] as const,
  ]),
  ['direct, received', message(null, true)],
  ['direct, not received', message(null, false)],
]

export const policy: MessagePolicy = {
  allowEditing: true,
  editLimit: 600,
  deleteLimit: 600,
  moveWithinLimit: 604_800,
  moveBetweenLimit: 604_800,
}
export const said = { message: message(joined(open), true), age: 10, policy }
export const own = { ...said, message: { ...said.message, senderId: self } }
export const inArchive = { ...own.message, channel: { ...joined(open), archived: true } }
/** A permission of the organisation that moderators hold, and one that nobody does. */
export const moderators = (name: RealmGroupSetting) => ({ [name]: groupId(systemGroupId['role:moderators']) })
export const onlyModeratorsMakeBots = {
  ...moderators('can_create_bots_group'),
  ...moderators('can_create_write_only_bots_group'),
}
export const members = (name: RealmGroupSetting) => ({ [name]: groupId(systemGroupId['role:members']) })
export const nobodyHolds = (name: RealmGroupSetting) => ({ [name]: groupId(systemGroupId['role:nobody']) })
export const administered = message(given(joined(open), 'can_administer_channel_group'), true)
export const within = 'can_move_messages_within_channel_group'
export const letting = (name: ChannelGroupSetting) => message(given(joined(open), name), true)
export const nobodys: GroupFacts = {
  orgId: org,
  groupId: groupId(101),
  system: false,
  deactivated: false,
  permissions: {
    can_add_members_group: groupId(8),
    can_join_group: groupId(8),
    can_leave_group: groupId(2),
    can_manage_group: groupId(8),
    can_mention_group: groupId(2),
    can_remove_members_group: groupId(8),
  },
}
export const permitting = (name: keyof GroupFacts['permissions']): GroupFacts => ({
  ...nobodys,
  permissions: { ...nobodys.permissions, can_leave_group: groupId(8), [name]: groupId(1) },
})
export const groups: readonly (readonly [string, GroupFacts])[] = [
  ['of which the actor may only leave', nobodys],
  ['that the actor manages', permitting('can_manage_group')],
  ['to which the actor adds', permitting('can_add_members_group')],
  ['from which the actor removes', permitting('can_remove_members_group')],
  ['that the actor may join', permitting('can_join_group')],
  ['deactivated, that the actor manages', { ...permitting('can_manage_group'), deactivated: true }],
  ['of a role', { ...nobodys, groupId: groupId(4), system: true }],
  ['of another organisation', { ...permitting('can_manage_group'), orgId: orgId(2) }],
]

export const mentioned = { orgId: org, groupId: groupId(101), system: false, mentionedBy: groupId(2) }

export const nothing = [['always', null]] as const
