import { channelId, groupId, orgId, recipientId, userId } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Actor, isGuest, role, type Role } from '../actor.ts'
import { type ChannelGroupSetting, channelGroupSettings, defaultChannelGroups } from '../channel-groups.ts'
import type { Decision } from '../decision.ts'
import type { ChannelFacts } from '../facts.ts'
import { type ActionObjects } from '../action-objects.ts'
import { decide, listRules } from '../rules.ts'
import { defaultRealmGroups, type RealmGroupSetting } from '../permission-settings.ts'
import { holds } from '../predicate.ts'
import { systemGroupsOf } from '../system-groups.ts'
import { channelAtoms, channelHistory } from './channel.ts'

const actor = (as: Role, other: Partial<Actor> = {}): Actor => ({
  orgId: orgId(1),
  userId: userId(1),
  role: as,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: systemGroupsOf(as),
  realmGroups: defaultRealmGroups,
  ...other,
})
const publicChannel: ChannelFacts = {
  orgId: orgId(1),
  channelId: channelId(7),
  recipientId: recipientId(8),
  inviteOnly: false,
  historyPublicToSubscribers: true,
  isWebPublic: false,
  archived: false,
  subscribed: false,
  groups: defaultChannelGroups,
}
const sharedChannel = { ...publicChannel, inviteOnly: true }
const protectedChannel = { ...sharedChannel, historyPublicToSubscribers: false }
const webChannel = { ...publicChannel, isWebPublic: true }
const joined = (channel: ChannelFacts): ChannelFacts => ({ ...channel, subscribed: true })
/** Group 1 holds everybody, so that whoever asks has the permission where a guest may. */
const given = (channel: ChannelFacts, ...names: readonly ChannelGroupSetting[]): ChannelFacts => ({
  ...channel,
  groups: { ...channel.groups, ...Object.fromEntries(names.map((name) => [name, groupId(1)])) },
})
const administered = (channel: ChannelFacts): ChannelFacts => given(channel, 'can_administer_channel_group')
const archived = (channel: ChannelFacts): ChannelFacts => ({ ...channel, archived: true })
const elsewhere = (channel: ChannelFacts): ChannelFacts => ({ ...channel, orgId: orgId(2) })

const said = (decision: Decision): string => (decision.ok ? 'allow' : `${decision.kind} ${decision.reason}`)
const { owner, admin, moderator, member, guest } = role
const unknown = 'hide unknown-channel'

type ChannelAction = {
  [A in keyof ActionObjects]: ActionObjects[A] extends ChannelFacts ? A : never
}[keyof ActionObjects]

describe('one channel', () => {
  test.each<[ChannelAction, Role, ChannelFacts, string]>([
    ['channel:know', member, publicChannel, 'allow'],
    ['channel:know', guest, publicChannel, unknown],
    ['channel:know', guest, joined(publicChannel), 'allow'],
    ['channel:know', guest, webChannel, 'allow'],
    ['channel:know', member, protectedChannel, unknown],
    ['channel:know', moderator, protectedChannel, unknown],
    ['channel:know', admin, protectedChannel, 'allow'],
    ['channel:know', member, administered(protectedChannel), 'allow'],
    ['channel:know', guest, administered(protectedChannel), unknown],
    ['channel:know', owner, elsewhere(publicChannel), unknown],
    ['channel:know', member, archived(publicChannel), 'allow'],
    ['channel:view', member, publicChannel, 'allow'],
    ['channel:view', member, archived(publicChannel), 'hide archived'],
    ['channel:view', member, archived(sharedChannel), unknown],
    ['channel:view', admin, sharedChannel, 'allow'],
    ['channel:find', admin, sharedChannel, unknown],
    ['channel:find', admin, joined(sharedChannel), 'allow'],
    ['channel:find', member, archived(publicChannel), 'hide archived'],
    ['channel:find', guest, publicChannel, unknown],
    ['channel:read', owner, sharedChannel, unknown],
    ['channel:read', member, administered(sharedChannel), unknown],
    ['channel:read', member, archived(publicChannel), 'allow'],
    ['channel:read', guest, webChannel, 'allow'],
    ['channel:subscribe', member, publicChannel, 'allow'],
    ['channel:subscribe', guest, webChannel, 'deny guests-may-not'],
    ['channel:subscribe', guest, joined(publicChannel), 'deny guests-may-not'],
    ['channel:subscribe', member, sharedChannel, unknown],
    ['channel:subscribe', owner, sharedChannel, 'deny not-subscribed'],
    ['channel:subscribe', member, administered(sharedChannel), 'deny not-subscribed'],
    ['channel:subscribe', member, archived(publicChannel), 'hide archived'],
    ['channel:add-subscribers', member, publicChannel, 'allow'],
    ['channel:add-subscribers', member, joined(protectedChannel), 'allow'],
    ['channel:add-subscribers', guest, joined(publicChannel), 'deny guests-may-not'],
    ['channel:add-subscribers', admin, protectedChannel, 'deny not-subscribed'],
    ['channel:add-subscribers', admin, elsewhere(joined(publicChannel)), unknown],
    ['channel:read', member, given(protectedChannel, 'can_subscribe_group'), 'allow'],
    ['channel:read', guest, given(protectedChannel, 'can_subscribe_group'), unknown],
    ['channel:subscribe', member, given(protectedChannel, 'can_subscribe_group'), 'allow'],
    ['channel:subscribe', member, given(sharedChannel, 'can_add_subscribers_group'), 'allow'],
    [
      'channel:add-subscribers',
      guest,
      given(joined(sharedChannel), 'can_add_subscribers_group'),
      'deny guests-may-not',
    ],
    ['channel:know', member, given(sharedChannel, 'can_remove_subscribers_group'), unknown],
    ['channel:know', guest, given(sharedChannel, 'can_add_subscribers_group'), unknown],
  ])('%s by role %i', (action, as, facts, expected) => {
    expect(said(decide(action, actor(as), facts))).toBe(expected)
  })

  test('a deactivated account may do nothing', () => {
    const gone = actor(owner, { isActive: false })
    expect(said(decide('channel:know', gone, joined(webChannel)))).toBe('deny inactive')
  })
})

describe('making channels', () => {
  const kind = (isWebPublic: boolean, webPublicEnabled = false) => ({
    inviteOnly: false,
    historyPublicToSubscribers: true,
    isWebPublic,
    webPublicEnabled,
  })
  test.each([
    [member, false, false, 'allow'],
    [guest, false, true, 'deny guests-may-not'],
    [owner, true, false, 'deny web-public-disabled'],
    [owner, true, true, 'allow'],
    [admin, true, true, 'deny not-permitted'],
    [guest, true, true, 'deny guests-may-not'],
  ])('role %i, web-public %s, where there may be any %s: %s', (as, webPublic, enabled, expected) => {
    expect(said(decide('channel:create', actor(as), kind(webPublic, enabled)))).toBe(expected)
  })
  test('who makes web-public ones has the right to public ones too', () => {
    const groups = { can_create_web_public_channel_group: groupId(6) }
    const making = (others: Partial<typeof defaultRealmGroups>): string => {
      const realmGroups = { ...defaultRealmGroups, ...groups, ...others }
      return said(decide('channel:create', actor(admin, { realmGroups }), kind(true, true)))
    }
    expect(making({})).toBe('allow')
    expect(making({ can_create_public_channel_group: groupId(7) })).toBe('deny not-permitted')
    expect(making({ can_create_web_public_channel_group: groupId(8) })).toBe('deny not-permitted')
  })
  const [open, closed]: [RealmGroupSetting, RealmGroupSetting] = [
    'can_create_public_channel_group',
    'can_create_private_channel_group',
  ]
  test.each([
    [open, 5, member, 'deny not-permitted', 'allow'],
    [open, 5, role.moderator, 'allow', 'allow'],
    [closed, 6, role.moderator, 'allow', 'deny not-permitted'],
    [closed, 2, guest, 'deny guests-may-not', 'deny guests-may-not'],
    [closed, 8, owner, 'allow', 'deny not-permitted'],
  ])('%s given to group %i, role %i', (name, group, as, makesPublic, makesPrivate) => {
    const who = actor(as, { realmGroups: { ...defaultRealmGroups, [name]: groupId(group) } })
    const made = [kind(false), { ...kind(false), inviteOnly: true }].map((wanted) =>
      decide('channel:create', who, wanted),
    )
    expect(made.map(said)).toEqual([makesPublic, makesPrivate])
  })
  test.each([
    [owner, 'allow'],
    [member, 'allow'],
    [guest, 'deny guests-may-not'],
  ])('coming into channels at all, role %i: %s', (as, expected) => {
    expect(said(decide('channel:join', actor(as), null))).toBe(expected)
  })
})

describe('ending subscriptions', () => {
  const self = { userId: userId(1), botOwnerId: null }
  const other = { userId: userId(2), botOwnerId: null }
  const ownBot = { userId: userId(3), botOwnerId: userId(1) }
  const othersBot = { userId: userId(4), botOwnerId: userId(2) }
  test.each([
    ['oneself', member, joined(protectedChannel), { ...self, subscribed: true }, 'allow'],
    ['oneself as a guest', guest, joined(publicChannel), { ...self, subscribed: true }, 'allow'],
    ['oneself, not subscribed', member, publicChannel, { ...self, subscribed: false }, 'allow'],
    ['oneself, from an unknown channel', member, sharedChannel, { ...self, subscribed: false }, unknown],
    [
      'one’s bot, from an unknown channel it is in',
      member,
      sharedChannel,
      { ...ownBot, subscribed: true },
      'allow',
    ],
    ['one’s bot, from an unknown channel', member, sharedChannel, { ...ownBot, subscribed: false }, unknown],
    [
      'oneself, from an archived channel',
      member,
      archived(joined(publicChannel)),
      { ...self, subscribed: true },
      'hide archived',
    ],
    ['another', member, joined(publicChannel), { ...other, subscribed: true }, 'deny admins-only'],
    ['another, from an unknown channel', member, sharedChannel, { ...other, subscribed: true }, unknown],
    ['another’s bot', member, publicChannel, { ...othersBot, subscribed: true }, 'deny admins-only'],
    [
      'another, by an administrator outside',
      admin,
      protectedChannel,
      { ...other, subscribed: true },
      'allow',
    ],
    [
      'another, by the channel’s administrator',
      member,
      administered(sharedChannel),
      { ...other, subscribed: true },
      'allow',
    ],
    [
      'another, by whom the channel lets remove',
      member,
      given(joined(sharedChannel), 'can_remove_subscribers_group'),
      { ...other, subscribed: true },
      'allow',
    ],
    [
      'another, by whom the channel lets remove, who does not know it',
      member,
      given(sharedChannel, 'can_remove_subscribers_group'),
      { ...other, subscribed: true },
      unknown,
    ],
    [
      'another, by a guest who made the channel',
      guest,
      administered(joined(sharedChannel)),
      { ...other, subscribed: true },
      'deny guests-may-not',
    ],
    [
      'another, from an archived channel',
      admin,
      archived(publicChannel),
      { ...other, subscribed: true },
      'hide archived',
    ],
    ['another, elsewhere', owner, elsewhere(publicChannel), { ...other, subscribed: true }, unknown],
    [
      'one’s bot, elsewhere',
      owner,
      elsewhere(publicChannel),
      { ...ownBot, subscribed: true },
      'hide other-org',
    ],
  ])('%s', (_what, as, channel, subject, expected) => {
    expect(said(decide('channel:unsubscribe', actor(as), { channel, subject }))).toBe(expected)
  })
})

/** The published rules once more, written apart from the predicates. */
const expected = (who: Actor, c: ChannelFacts) => {
  const isAGuest = who.role === guest
  const inGroup = (name: ChannelGroupSetting): boolean => who.groups.has(c.groups[name])
  const groupContent = !isAGuest && (inGroup('can_subscribe_group') || inGroup('can_add_subscribers_group'))
  const groupMeta = groupContent || (!isAGuest && inGroup('can_administer_channel_group'))
  const open = !isAGuest && !c.inviteOnly
  const content = c.isWebPublic || c.subscribed || open || groupContent
  const metadata = c.isWebPublic || c.subscribed || open || groupMeta || who.role <= admin
  return {
    content,
    metadata,
    history: c.isWebPublic || open || (c.historyPublicToSubscribers && content),
    removes:
      metadata &&
      !isAGuest &&
      (who.role <= admin ||
        inGroup('can_administer_channel_group') ||
        inGroup('can_remove_subscribers_group')),
    sends:
      inGroup('can_send_message_group') &&
      (c.isWebPublic || c.subscribed || open || (c.historyPublicToSubscribers && groupContent)),
  }
}
const anyGroup = fc.constantFrom(groupId(1), groupId(3), groupId(6), groupId(8), groupId(101))
const anyChannel = fc.record({
  orgId: fc.constantFrom(orgId(1), orgId(2)),
  channelId: fc.constant(channelId(7)),
  recipientId: fc.constant(recipientId(8)),
  inviteOnly: fc.boolean(),
  historyPublicToSubscribers: fc.boolean(),
  isWebPublic: fc.boolean(),
  archived: fc.boolean(),
  subscribed: fc.boolean(),
  groups: fc.record({
    can_add_subscribers_group: anyGroup,
    can_administer_channel_group: anyGroup,
    can_create_topic_group: anyGroup,
    can_delete_any_message_group: anyGroup,
    can_delete_own_message_group: anyGroup,
    can_move_messages_out_of_channel_group: anyGroup,
    can_move_messages_within_channel_group: anyGroup,
    can_remove_subscribers_group: anyGroup,
    can_resolve_topics_group: anyGroup,
    can_send_message_group: anyGroup,
    can_subscribe_group: anyGroup,
  }),
})
/** Of any role, and in group 101 or not. */
const anybody = fc
  .record({ as: fc.constantFrom(...Object.values(role)), inOwn: fc.boolean(), adds: anyGroup })
  .map(({ as, inOwn, adds }) =>
    actor(as, {
      realmGroups: { ...defaultRealmGroups, can_add_subscribers_group: adds },
      ...(inOwn ? { groups: new Set([...systemGroupsOf(as), groupId(101)]) } : {}),
    }),
  )

test('rules, lists and the published rules agree on every channel', () => {
  fc.assert(
    fc.property(anybody, anyChannel, (who, channel) => {
      const atoms = channelAtoms(who, channel)
      const here = channel.orgId === who.orgId
      const oracle = expected(who, channel)
      expect(holds(listRules['channel:know'], atoms)).toBe(oracle.metadata)
      expect(holds(listRules['channel:read'], atoms)).toBe(oracle.content)
      expect(holds(channelHistory, atoms)).toBe(oracle.history)
      expect(decide('channel:know', who, channel).ok).toBe(here && oracle.metadata)
      expect(decide('channel:read', who, channel).ok).toBe(here && oracle.content)
      expect(decide('channel:view', who, channel).ok).toBe(here && oracle.metadata && !channel.archived)
      expect(decide('channel:find', who, channel).ok).toBe(here && oracle.content && !channel.archived)
      const joins = here && oracle.content && !channel.archived && !isGuest(who)
      expect(decide('channel:subscribe', who, channel).ok).toBe(joins)
      const { can_add_subscribers_group: channels, can_administer_channel_group: its } = channel.groups
      const adds = [who.realmGroups.can_add_subscribers_group, channels, its].some((g) => who.groups.has(g))
      expect(decide('channel:add-subscribers', who, channel).ok).toBe(
        joins && (who.role <= role.admin || adds),
      )
      const living = here && !channel.archived
      const subject = { userId: userId(2), botOwnerId: null, subscribed: true }
      expect(decide('channel:unsubscribe', who, { channel, subject }).ok).toBe(living && oracle.removes)
      const nobodys = { ownerSubscribed: false, ownerGroups: new Set<never>() }
      expect(decide('message:send', who, { kind: 'channel', channel, ...nobodys }).ok).toBe(
        living && oracle.sends,
      )
    }),
    { numRuns: 2000 },
  )
})

test('what is hidden from somebody is hidden by every action, so that no answer gives it away', () => {
  fc.assert(
    fc.property(anybody, anyChannel, (who, channel) => {
      if (decide('channel:know', who, channel).ok) return
      for (const action of ['channel:view', 'channel:find', 'channel:read', 'channel:subscribe'] as const)
        expect(decide(action, who, channel)).toMatchObject({ ok: false, kind: 'hide' })
      const subject = { userId: userId(2), botOwnerId: null, subscribed: true }
      expect(decide('channel:unsubscribe', who, { channel, subject })).toMatchObject({ kind: 'hide' })
    }),
    { numRuns: 1000 },
  )
})

test('the atoms of permissions have their names', () => {
  expect(Object.keys(channelAtoms(actor(member), publicChannel))).toEqual(
    expect.arrayContaining([...channelGroupSettings]),
  )
})
