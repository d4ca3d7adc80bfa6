import { groupId, orgId } from '@parley/core'
import { channelGroupSettings } from '../../src/channel-groups.ts'
import { systemGroupId } from '../../src/system-groups.ts'
import type { SituationsOfSome } from './situation.ts'
import {
  change,
  channels,
  closed,
  given,
  groups,
  joined,
  mentioned,
  moderators,
  noSpectators,
  nobodys,
  nothing,
  open,
  other,
  ownChannel,
  privateKind,
  publicKind,
  self,
  shared,
  webPublicKind,
} from './subjects.ts'

/** Of groups, channels, and topics. */
export const ofChannels = {
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
} satisfies SituationsOfSome
