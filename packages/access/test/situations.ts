import { channelId, groupId, messageId, orgId, recipientId, userId } from '@parley/core'
import { type Actor, role, type Role } from '../src/actor.ts'
import { type AddressFacts, anyAddress } from '../src/actions/address.ts'
import { botType } from '../src/actions/bot.ts'
import type { ChannelFacts, DirectFacts, MessageFacts, MessagePolicy, AccountFacts } from '../src/facts.ts'
import {
  type ChannelGroupSetting,
  channelGroupSettings,
  defaultChannelGroups,
} from '../src/channel-groups.ts'
import type { SightFacts } from '../src/actions/sight.ts'
import type { GroupFacts } from '../src/actions/group.ts'
import type { Action, ActionObjects } from '../src/grant.ts'
import { defaultRealmGroups, type RealmGroups, type RealmGroupSetting } from '../src/permission-settings.ts'
import type { SpectatorAction, SpectatorObjects } from '../src/spectator.ts'
import { systemGroupId, systemGroupsOf } from '../src/system-groups.ts'

/** The actor of every row is user 1 of organisation 1. */
const org = orgId(1)
const self = userId(1)
const other = userId(2)

const address: AddressFacts = { policy: anyAddress, local: 'new', domain: 'acme.example', disposable: false }
const outside: AddressFacts = { ...address, policy: { domains: [], disposable: false } }

const invited = { multiuse: false, role: role.member, welcomes: false }
const joining = { invitation: invited, role: role.member, address, inviteRequired: true }

const open: ChannelFacts = {
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
const shared = { ...open, inviteOnly: true }
const closed = { ...shared, historyPublicToSubscribers: false }
const joined = (channel: ChannelFacts): ChannelFacts => ({ ...channel, subscribed: true })
/** Group 1 holds everybody: the actor has the permission where the role may. */
const given = (channel: ChannelFacts, name: ChannelGroupSetting): ChannelFacts => ({
  ...channel,
  groups: { ...channel.groups, [name]: groupId(1) },
})

const channels: readonly (readonly [string, ChannelFacts])[] = [
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

const expiring = {
  orgId: orgId(1),
  recipientId: recipientId(1),
  channel: null,
  messageId: 1,
  keepsDays: 1,
  upTo: 0,
  now: 86_400,
}
const change = {
  kind: null,
  archived: null,
  byDefault: false,
  retention: false,
  topics: null,
  permissions: [],
}
const [publicKind, privateKind] = [
  { inviteOnly: false, historyPublicToSubscribers: true, isWebPublic: false, webPublicEnabled: true },
  { inviteOnly: true, historyPublicToSubscribers: false, isWebPublic: false, webPublicEnabled: true },
]
const webPublicKind = { ...publicKind, isWebPublic: true }
const noSpectators = { ...webPublicKind, webPublicEnabled: false }
const ownChannel = given(closed, 'can_administer_channel_group')

const account: AccountFacts = {
  orgId: org,
  userId: other,
  role: role.member,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  isLastOwner: false,
  bot: null,
}
const bot: AccountFacts = {
  ...account,
  isBot: true,
  botOwnerId: other,
  bot: {
    type: botType.generic,
    owner: { userId: other, role: role.member, isActive: true },
    createsUsers: false,
  },
}
const ownBot: AccountFacts = {
  ...bot,
  botOwnerId: self,
  bot: {
    type: botType.generic,
    owner: { userId: self, role: role.member, isActive: true },
    createsUsers: false,
  },
}
const creating: AccountFacts = {
  ...bot,
  bot: {
    type: botType.generic,
    owner: { userId: other, role: role.admin, isActive: true },
    createsUsers: true,
  },
}
const ownerless: AccountFacts = { ...account, isBot: true }
const bots: readonly (readonly [string, AccountFacts])[] = [
  ['one’s own', ownBot],
  ['another’s', bot],
  ['the server’s', ownerless],
  ['of the role owner', { ...bot, role: role.owner }],
  ['that creates accounts', creating],
  ['a person', account],
  ['of another organisation', { ...ownBot, orgId: orgId(2) }],
]
const person = (of: Role, groups = systemGroupsOf(of)): Actor => ({
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

const direct = (...participants: readonly [number, boolean][]): DirectFacts => ({
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

const unpermitted: DirectFacts = {
  orgId: org,
  recipientId: null,
  participants: direct([1, true], [2, true]).participants.map((person) => ({ ...person, permits: false })),
  begun: true,
}

const stranger: SightFacts = { orgId: org, userId: other, isBot: false, met: false }
const unmet: DirectFacts = {
  ...direct([1, true], [2, true]),
  participants: direct([1, true], [2, true]).participants.map((person) => ({ ...person, met: false })),
}

const message = (channel: ChannelFacts | null, received: boolean): MessageFacts => ({
  orgId: org,
  messageId: messageId(9),
  senderId: other,
  channel,
  received,
})

const messages: readonly (readonly [string, MessageFacts])[] = [
  ...channels.flatMap(([name, channel]) => [
    [`${name}; received`, message(channel, true)] as const,
    [`${name}; not received`, message(channel, false)] as const,
  ]),
  ['direct, received', message(null, true)],
  ['direct, not received', message(null, false)],
]

const policy: MessagePolicy = {
  allowEditing: true,
  editLimit: 600,
  deleteLimit: 600,
  moveWithinLimit: 604_800,
  moveBetweenLimit: 604_800,
}
const said = { message: message(joined(open), true), age: 10, policy }
const own = { ...said, message: { ...said.message, senderId: self } }
const inArchive = { ...own.message, channel: { ...joined(open), archived: true } }
/** A permission of the organisation that moderators hold, and one that nobody does. */
const moderators = (name: RealmGroupSetting) => ({ [name]: groupId(systemGroupId['role:moderators']) })
const onlyModeratorsMakeBots = {
  ...moderators('can_create_bots_group'),
  ...moderators('can_create_write_only_bots_group'),
}
const members = (name: RealmGroupSetting) => ({ [name]: groupId(systemGroupId['role:members']) })
const nobodyHolds = (name: RealmGroupSetting) => ({ [name]: groupId(systemGroupId['role:nobody']) })
const administered = message(given(joined(open), 'can_administer_channel_group'), true)
const within = 'can_move_messages_within_channel_group'
const letting = (name: ChannelGroupSetting) => message(given(joined(open), name), true)
const nobodys: GroupFacts = {
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
const permitting = (name: keyof GroupFacts['permissions']): GroupFacts => ({
  ...nobodys,
  permissions: { ...nobodys.permissions, can_leave_group: groupId(8), [name]: groupId(1) },
})
const groups: readonly (readonly [string, GroupFacts])[] = [
  ['of which the actor may only leave', nobodys],
  ['that the actor manages', permitting('can_manage_group')],
  ['to which the actor adds', permitting('can_add_members_group')],
  ['from which the actor removes', permitting('can_remove_members_group')],
  ['that the actor may join', permitting('can_join_group')],
  ['deactivated, that the actor manages', { ...permitting('can_manage_group'), deactivated: true }],
  ['of a role', { ...nobodys, groupId: groupId(4), system: true }],
  ['of another organisation', { ...permitting('can_manage_group'), orgId: orgId(2) }],
]

const mentioned = { orgId: org, groupId: groupId(101), system: false, mentionedBy: groupId(2) }

const nothing = [['always', null]] as const

/** What the situation is, the object, and what the organisation gives to other groups than at first. */
export type Situation<A extends Action> = readonly [
  name: string,
  object: ActionObjects[A],
  given?: Partial<RealmGroups>,
]

/** For every action the situations that the printed policy shows. */
export const situations: { readonly [A in Action]: readonly Situation<A>[] } = {
  'self:use': nothing,
  'self:be-there': nothing,
  'self:describe': nothing,
  'self:depict': [
    ['as the organisation lets everybody', { disabled: false }],
    ['where only administrators may', { disabled: true }],
  ],
  'self:set': nothing,
  'self:readdress': [
    ['one that is let in', { kept: false, address }],
    ['one that is not', { kept: false, address: outside }],
    ['where addresses are kept', { kept: true, address }],
    ['where they are kept, one that is not let in', { kept: true, address: outside }],
  ],
  'self:store': nothing,
  'bot:list': nothing,
  'bot:create': [
    ['of every use', { type: botType.generic }],
    ['that sends only', { type: botType.incomingWebhook }],
    ['of every use, for moderators', { type: botType.generic }, moderators('can_create_bots_group')],
    ['that sends only, for moderators', { type: botType.incomingWebhook }, onlyModeratorsMakeBots],
    [
      'that sends only, where moderators make the others',
      { type: botType.incomingWebhook },
      moderators('can_create_bots_group'),
    ],
  ],
  'bot:manage': bots,
  'bot:end': bots,
  'bot:set-role': [
    ['one’s own becomes a guest', { target: ownBot, role: role.guest }],
    ['one’s own becomes a moderator', { target: ownBot, role: role.moderator }],
    ['another’s becomes a guest', { target: bot, role: role.guest }],
    ['another member’s becomes an administrator', { target: bot, role: role.admin }],
    ['an administrator’s becomes one', { target: { ...bot, bot: creating.bot }, role: role.admin }],
  ],
  'bot:give': [
    ['one’s own, to a member', { target: ownBot, to: person(role.member), full: false }],
    ['another’s, to a member', { target: bot, to: person(role.member), full: false }],
    ['one’s own, to nobody', { target: ownBot, to: null, full: false }],
    ['one’s own, to a guest', { target: ownBot, to: person(role.guest), full: false }],
    ['one’s own, to a bot', { target: ownBot, to: { ...person(role.member), isBot: true }, full: false }],
    [
      'one’s own, to who is gone',
      { target: ownBot, to: { ...person(role.member), isActive: false }, full: false },
    ],
    [
      'one’s own moderator, to a member',
      { target: { ...ownBot, role: role.moderator }, to: person(role.member), full: true },
    ],
    ['one’s own full member, to a full one', { target: ownBot, to: person(role.member), full: true }],
    [
      'one’s own full member, to one who waits',
      {
        target: ownBot,
        to: { ...person(role.member), groups: new Set(systemGroupsOf(role.member, false)) },
        full: true,
      },
    ],
  ],
  'organisation:read': nothing,
  'organisation:change': [
    ['what administrators set', { ownersOnly: false }],
    ['what owners set', { ownersOnly: true }],
  ],
  'organisation:end': nothing,
  'organisation:restore': nothing,
  'emoji:add': [
    ['under a name of its own', { hidesBuiltIn: false }],
    ['under the name of one that everybody has', { hidesBuiltIn: true }],
    ['for moderators only', { hidesBuiltIn: false }, moderators('can_add_custom_emoji_group')],
  ],
  'emoji:deactivate': [
    ['one’s own', { orgId: org, emojiId: 5, authorId: self }],
    ['another’s', { orgId: org, emojiId: 5, authorId: other }],
    ['of another organisation', { orgId: orgId(2), emojiId: 5, authorId: self }],
  ],
  'invitation:list': nothing,
  'invitation:create': [
    ['a member, by mail', invited],
    ['a member, by mail, moderators may', invited, moderators('can_invite_users_group')],
    ['a member, by a link', { ...invited, multiuse: true }],
    [
      'a member, by a link, members may',
      { ...invited, multiuse: true },
      members('create_multiuse_invite_group'),
    ],
    ['a guest', { ...invited, role: role.guest }],
    ['a moderator', { ...invited, role: role.moderator }],
    ['an owner', { ...invited, role: role.owner }],
    ['a member, with a text of one’s own', { ...invited, welcomes: true }],
  ],
  'invitation:manage': [
    ['one’s own', { orgId: org, inviterId: self, role: role.member }],
    ['another’s', { orgId: org, inviterId: other, role: role.member }],
    ['another’s, for an owner', { orgId: org, inviterId: other, role: role.owner }],
    ['of another organisation', { orgId: orgId(2), inviterId: self, role: role.member }],
  ],
  'user:join': [
    ['a member, whom the actor invited', joining],
    [
      'a moderator, whom the actor invited',
      { ...joining, role: role.moderator, invitation: { ...invited, role: role.moderator } },
    ],
    ['another role than the invitation says', { ...joining, role: role.moderator }],
    ['with an address that is not let in', { ...joining, address: outside }],
    ['without an invitation', { ...joining, invitation: null, inviteRequired: false }],
  ],
  'user:list': nothing,
  'user:see': (
    [
      ['anybody', stranger],
      ['one met in a channel or a conversation', { ...stranger, met: true }],
      ['a bot', { ...stranger, isBot: true }],
      ['oneself', { ...stranger, userId: self }],
      ['somebody of another organisation', { ...stranger, orgId: orgId(2), met: true }],
    ] as const
  ).flatMap(([who, facts]): Situation<'user:see'>[] => [
    [who, facts],
    [`${who}, guests see whom they have met`, facts, members('can_access_all_users_group')],
  ]),
  'user:create': [
    ['a member, the operator allows it', { role: role.member, operatorAllows: true, address }],
    ['an owner, the operator allows it', { role: role.owner, operatorAllows: true, address }],
    ['a member, the operator does not', { role: role.member, operatorAllows: false, address }],
    [
      'a member with an address that is not let in',
      { role: role.member, operatorAllows: true, address: outside },
    ],
  ],
  'user:deactivate': [
    ['a member', account],
    ['an owner', { ...account, role: role.owner }],
    ['the last owner', { ...account, role: role.owner, isLastOwner: true }],
    ['a bot', { ...account, isBot: true }],
    ['somebody of another organisation', { ...account, orgId: orgId(2) }],
  ],
  'user:leave': [
    ['anybody', { ...account, userId: self }],
    ['the last owner', { ...account, userId: self, role: role.owner, isLastOwner: true }],
  ],
  'user:reactivate': [
    ['a member', { ...account, isActive: false }],
    ['an owner', { ...account, isActive: false, role: role.owner }],
    ['a bot', { ...bot, isActive: false }],
    ['a bot, for moderators', { ...bot, isActive: false }, moderators('can_create_bots_group')],
    ['a bot that is above its owner', { ...bot, isActive: false, role: role.moderator }],
    ['the server’s bot', { ...ownerless, isActive: false }],
    ['somebody of another organisation', { ...account, isActive: false, orgId: orgId(2) }],
  ],
  'user:rename': [
    ['a member', account],
    ['one’s own bot', { ...account, isBot: true, botOwnerId: self }],
    ['another’s bot', { ...account, isBot: true, botOwnerId: other }],
    ['somebody of another organisation', { ...account, orgId: orgId(2) }],
  ],
  'user:set-role': [
    ['a member becomes a moderator', { target: account, role: role.moderator }],
    ['a member becomes an administrator', { target: account, role: role.admin }],
    ['a member becomes an owner', { target: account, role: role.owner }],
    ['an owner becomes a member', { target: { ...account, role: role.owner }, role: role.member }],
    [
      'the last owner becomes an administrator',
      { target: { ...account, role: role.owner, isLastOwner: true }, role: role.admin },
    ],
    ['of another organisation', { target: { ...account, orgId: orgId(2) }, role: role.guest }],
    ['a member’s bot becomes a moderator', { target: bot, role: role.moderator }],
  ],
  'group:read': nothing,
  'group:create': [...nothing, ['for moderators only', null, moderators('can_create_groups')]],
  'group:edit': [
    ...groups,
    [
      'of which the actor may only leave, where moderators manage all',
      nobodys,
      moderators('can_manage_all_groups'),
    ],
  ],
  'group:change-members': groups.flatMap(([name, group]) => [
    [`${name}; joining`, { group, adds: 'oneself', removes: 'nobody' }] as const,
    [`${name}; leaving`, { group, adds: 'nobody', removes: 'oneself' }] as const,
    [`${name}; adding another`, { group, adds: 'others', removes: 'nobody' }] as const,
    [`${name}; removing another`, { group, adds: 'nobody', removes: 'others' }] as const,
  ]),
  'group:mention': [
    ['that everybody may mention', mentioned],
    ['that members may mention', { ...mentioned, mentionedBy: groupId(3) }],
    ['that moderators may mention', { ...mentioned, mentionedBy: groupId(5) }],
    ['that nobody may mention', { ...mentioned, mentionedBy: groupId(8) }],
    ['of a role', { ...mentioned, groupId: groupId(4), system: true }],
    ['of another organisation', { ...mentioned, orgId: orgId(2) }],
  ],
  'channel:list': nothing,
  'channel:know': channels,
  'channel:view': channels,
  'channel:find': channels,
  'channel:read': channels,
  'channel:join': nothing,
  'channel:create': [
    ['public', publicKind],
    ['private', privateKind],
    ['web-public', webPublicKind],
    ['web-public, where there are none', noSpectators],
    ['web-public, for moderators', webPublicKind, moderators('can_create_web_public_channel_group')],
    [
      'web-public, for moderators, where administrators make public ones',
      webPublicKind,
      {
        ...moderators('can_create_web_public_channel_group'),
        can_create_public_channel_group: groupId(systemGroupId['role:administrators']),
      },
    ],
    ['public, for moderators only', publicKind, moderators('can_create_public_channel_group')],
    [
      'private, where moderators make public ones',
      privateKind,
      moderators('can_create_public_channel_group'),
    ],
    ['private, for moderators only', privateKind, moderators('can_create_private_channel_group')],
  ],
  'channel:delete-topic': channels,
  'channel:subscribe': channels,
  'channel:add-subscribers': [
    ...channels,
    ...channels.map(
      ([name, channel]) =>
        [`${name}; for moderators only`, channel, moderators('can_add_subscribers_group')] as const,
    ),
    ['one’s own; for moderators only', joined(ownChannel), moderators('can_add_subscribers_group')],
  ],
  'channel:change': [
    ...channels.map(([name, channel]) => [`its name; ${name}`, { ...change, channel }] as const),
    ['its name; private, made by the actor', { ...change, channel: joined(ownChannel) }],
    ['made private; public', { ...change, channel: open, kind: privateKind }],
    [
      'made private; public, made by the actor',
      { ...change, channel: given(open, 'can_administer_channel_group'), kind: privateKind },
    ],
    ['made public; private, subscribed', { ...change, channel: joined(closed), kind: publicKind }],
    ['made public; private, made by the actor', { ...change, channel: joined(ownChannel), kind: publicKind }],
    [
      'made public; private, made by the actor, who left',
      { ...change, channel: ownChannel, kind: publicKind },
    ],
    ['made web-public; public', { ...change, channel: open, kind: webPublicKind }],
    ['made web-public, where there are none; public', { ...change, channel: open, kind: noSpectators }],
    ['made web-public; private, subscribed', { ...change, channel: joined(shared), kind: webPublicKind }],
    ['made public; web-public', { ...change, channel: { ...open, isWebPublic: true }, kind: publicKind }],
    ['archived; public', { ...change, channel: open, archived: true }],
    ['brought back; public', { ...change, channel: { ...open, archived: true }, archived: false }],
    ['archived again; public', { ...change, channel: { ...open, archived: true }, archived: true }],
    [
      'a default; public, made by the actor',
      { ...change, channel: given(open, 'can_administer_channel_group'), byDefault: true },
    ],
    ['how long it is kept; made by the actor', { ...change, channel: joined(ownChannel), retention: true }],
    [
      'whether it has topics; made by the actor',
      { ...change, channel: joined(ownChannel), topics: 'disable_empty_topic' },
    ],
    [
      'no topics at all; made by the actor, who left',
      { ...change, channel: ownChannel, topics: 'empty_topic_only' },
    ],
    ...channelGroupSettings.flatMap((name) => [
      [`${name}; public`, { ...change, channel: open, permissions: [name] }] as const,
      [`${name}; private`, { ...change, channel: shared, permissions: [name] }] as const,
      [
        `${name}; private, made by the actor`,
        { ...change, channel: joined(ownChannel), permissions: [name] },
      ] as const,
      [
        `${name}; private, made by the actor, who left`,
        { ...change, channel: ownChannel, permissions: [name] },
      ] as const,
    ]),
  ],
  'folder:change': nothing,
  'default-group:change': nothing,
  'channel:unsubscribe': [
    ...channels.map(
      ([name, channel]) =>
        [
          `oneself; ${name}`,
          { channel, subject: { userId: self, botOwnerId: null, subscribed: channel.subscribed } },
        ] as const,
    ),
    ...channels.map(
      ([name, channel]) =>
        [
          `another; ${name}`,
          { channel, subject: { userId: other, botOwnerId: null, subscribed: true } },
        ] as const,
    ),
    [
      'one’s own bot in a channel one does not know',
      { channel: closed, subject: { userId: other, botOwnerId: self, subscribed: true } },
    ],
  ],
  'topic:create': [
    ['where everybody begins topics', { channel: open, ownerGroups: new Set<never>() }],
    [
      'where moderators begin topics',
      {
        channel: { ...open, groups: { ...open.groups, can_create_topic_group: groupId(5) } },
        ownerGroups: new Set<never>(),
      },
    ],
    [
      'where nobody begins topics',
      {
        channel: { ...open, groups: { ...open.groups, can_create_topic_group: groupId(8) } },
        ownerGroups: new Set<never>(),
      },
    ],
    ['of another organisation', { channel: { ...open, orgId: orgId(2) }, ownerGroups: new Set<never>() }],
  ],
  'message:send': [
    ...channels.map(
      ([name, channel]) =>
        [name, { kind: 'channel', channel, ownerSubscribed: false, ownerGroups: new Set<never>() }] as const,
    ),
    ['to oneself and another', { kind: 'direct', direct: direct([1, true], [2, true]) }],
    ['to somebody deactivated', { kind: 'direct', direct: direct([1, true], [2, false]) }],
    ['to others only', { kind: 'direct', direct: direct([2, true], [3, true]) }],
    [
      'to another, where moderators begin',
      { kind: 'direct', direct: direct([1, true], [2, true]) },
      moderators('direct_message_initiator_group'),
    ],
    [
      'to another, where moderators begin and somebody has',
      { kind: 'direct', direct: { ...direct([1, true], [2, true]), begun: true } },
      moderators('direct_message_initiator_group'),
    ],
    [
      'to oneself, where moderators begin',
      { kind: 'direct', direct: direct([1, true]) },
      moderators('direct_message_initiator_group'),
    ],
    ['to another, where neither permits it', { kind: 'direct', direct: unpermitted }],
    [
      'to one not met, guests see whom they have met',
      { kind: 'direct', direct: unmet },
      members('can_access_all_users_group'),
    ],
  ],
  'message:mention-all': [
    ['at most 15', { many: false }],
    ['more than 15', { many: true }],
    ['more than 15, for members', { many: true }, members('can_mention_many_users_group')],
    ['more than 15, for nobody', { many: true }, nobodyHolds('can_mention_many_users_group')],
  ],
  'message:read': messages,
  'message:look': messages,
  'message:react': messages,
  'message:answer': [
    ['one’s own, what it asks', { message: own.message, authorOnly: true }],
    ['another’s', { message: said.message, authorOnly: false }],
    ['another’s, what it asks', { message: said.message, authorOnly: true }],
    ['one’s own, in an archived channel', { message: inArchive, authorOnly: true }],
    ['one that may not be read', { message: message(closed, true), authorOnly: false }],
  ],
  'message:change': messages,
  'message:edit': [
    ['one’s own, at once', own],
    ['one’s own, within the grace', { ...own, age: 620 }],
    ['one’s own, too late', { ...own, age: 621 }],
    ['one’s own, without an end', { ...own, age: 1e9, policy: { ...policy, editLimit: null } }],
    ['one’s own, where editing is off', { ...own, policy: { ...policy, allowEditing: false } }],
    ['one’s own, in an archived channel', { ...own, message: inArchive }],
    ['another’s', said],
    ['another’s that may not be read', { ...said, message: message(closed, true) }],
  ],
  'message:expire': [
    ['old enough', expiring],
    ['not old enough', { ...expiring, upTo: 1 }],
  ],
  'message:delete': [
    ['one’s own', { ...own, age: 600, senderBotOwnerId: null }],
    ['one’s own, too late', { ...own, age: 601, senderBotOwnerId: null }],
    [
      'one’s own, without an end',
      { ...own, age: 1e9, policy: { ...policy, deleteLimit: null }, senderBotOwnerId: null },
    ],
    ['one’s own, in an archived channel', { ...own, message: inArchive, senderBotOwnerId: null }],
    [
      'one’s own, where that is for moderators',
      { ...own, senderBotOwnerId: null },
      moderators('can_delete_own_message_group'),
    ],
    [
      'another’s, where that is for moderators',
      { ...said, senderBotOwnerId: null },
      moderators('can_delete_any_message_group'),
    ],
    [
      'another’s, where the channel lets',
      { ...said, message: letting('can_delete_any_message_group'), senderBotOwnerId: null },
    ],
    [
      'of one’s own bot, where that is for moderators and the channel lets',
      { ...said, message: letting('can_delete_own_message_group'), senderBotOwnerId: self },
      moderators('can_delete_own_message_group'),
    ],
    ['of one’s own bot', { ...said, senderBotOwnerId: self }],
    ['another’s', { ...said, senderBotOwnerId: null }],
    ['another’s that may not be read', { ...said, message: message(closed, true), senderBotOwnerId: null }],
    ['a direct one of another', { ...said, message: message(null, true), senderBotOwnerId: null }],
  ],
  'message:move-topic': [
    ['another’s', { ...said, resolves: false, target: null }],
    ['another’s, within the grace', { ...said, age: 604_820, resolves: false, target: null }],
    ['another’s, too late', { ...said, age: 604_821, resolves: false, target: null }],
    ['resolving, whenever', { ...said, age: 1e9, resolves: true, target: null }],
    [
      'for moderators only',
      { ...said, resolves: false, target: null },
      moderators('can_move_messages_between_topics_group'),
    ],
    [
      'for moderators only, in one’s own channel',
      { ...said, message: administered, resolves: false, target: null },
      moderators('can_move_messages_between_topics_group'),
    ],
    [
      'for moderators only, where the channel lets',
      { ...said, message: letting(within), resolves: false, target: null },
      moderators('can_move_messages_between_topics_group'),
    ],
    [
      'for moderators only, where the channel it goes to lets',
      { ...said, resolves: false, target: given(open, within) },
      moderators('can_move_messages_between_topics_group'),
    ],
    [
      'resolving, for moderators only, where the channel lets',
      { ...said, message: letting('can_resolve_topics_group'), resolves: true, target: null },
      moderators('can_resolve_topics_group'),
    ],
    [
      'resolving, for moderators only, where the channel it goes to lets',
      { ...said, resolves: true, target: given(open, 'can_resolve_topics_group') },
      moderators('can_resolve_topics_group'),
    ],
    [
      'resolving, for moderators only',
      { ...said, resolves: true, target: null },
      moderators('can_resolve_topics_group'),
    ],
    ['one that may not be read', { ...said, message: message(closed, true), resolves: false, target: null }],
    ['a direct one', { ...said, message: message(null, true), resolves: false, target: null }],
  ],
  'message:move-channel': [
    ...channels.map(([name, target]) => [`to: ${name}`, { ...said, target }] as const),
    ['within the grace', { ...said, age: 604_820, target: open }],
    ['too late', { ...said, age: 604_821, target: open }],
    ['without an end', { ...said, age: 1e9, policy: { ...policy, moveBetweenLimit: null }, target: open }],
    [
      'for moderators only',
      { ...said, target: open },
      moderators('can_move_messages_between_channels_group'),
    ],
    [
      'for moderators only, out of one’s own channel',
      { ...said, message: administered, target: open },
      moderators('can_move_messages_between_channels_group'),
    ],
    [
      'for moderators only, into one’s own channel',
      { ...said, target: given(open, 'can_administer_channel_group') },
      moderators('can_move_messages_between_channels_group'),
    ],
    [
      'for moderators only, where the channel lets',
      { ...said, message: letting('can_move_messages_out_of_channel_group'), target: open },
      moderators('can_move_messages_between_channels_group'),
    ],
    ['one that may not be read', { ...said, message: message(closed, true), target: open }],
    ['out of an archived channel', { ...said, message: inArchive, target: open }],
    ['a direct one', { ...said, message: message(null, true), target: open }],
  ],
  'message:list': nothing,
}

const webPublic: ChannelFacts = { ...open, isWebPublic: true }
const ofSpectators: readonly (readonly [string, ChannelFacts])[] = [
  ...channels,
  ['web-public, archived', { ...webPublic, archived: true }],
  ['web-public, of another organisation', { ...webPublic, orgId: orgId(2) }],
]

/** The same for who has no account. */
export const spectating: {
  readonly [A in SpectatorAction]: readonly (readonly [name: string, object: SpectatorObjects[A]])[]
} = {
  'spectator:look': nothing,
  'spectator:channel': ofSpectators,
  'spectator:message': [
    ...ofSpectators.map(([name, channel]) => [name, message(channel, false)] as const),
    ['direct', message(null, false)],
  ],
}
