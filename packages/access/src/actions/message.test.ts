import { channelId, groupId, messageId, orgId, recipientId, userId } from '@parley/core'
import { describe, expect, test } from 'vitest'
import { type Actor, role } from '../actor.ts'
import type { Reason } from '../decision.ts'
import type { ChannelFacts } from '../facts.ts'
import { decide } from '../rules.ts'
import { type ChannelGroupSetting, defaultChannelGroups } from '../channel-groups.ts'
import { defaultRealmGroups, type RealmGroupSetting } from '../permission-settings.ts'
import { systemGroupsOf } from '../system-groups.ts'

const actor = (more: Partial<Actor> = {}): Actor => ({
  orgId: orgId(1),
  userId: userId(5),
  role: role.member,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: systemGroupsOf(more.role ?? role.member),
  realmGroups: defaultRealmGroups,
  ...more,
})
const channel = (more: Partial<ChannelFacts> = {}): ChannelFacts => ({
  orgId: orgId(1),
  channelId: channelId(2),
  recipientId: recipientId(3),
  inviteOnly: false,
  historyPublicToSubscribers: true,
  isWebPublic: false,
  archived: false,
  subscribed: false,
  groups: defaultChannelGroups,
  ...more,
})
/** The same, where everybody (group 1) or nobody (8) has the permission. */
const holding = (c: ChannelFacts, name: ChannelGroupSetting, group = 1): ChannelFacts => ({
  ...c,
  groups: { ...c.groups, [name]: groupId(group) },
})
/** The same actor, where the organisation gives the permission to this group. */
const giving = (who: Actor, name: RealmGroupSetting, group: number): Actor => ({
  ...who,
  realmGroups: { ...who.realmGroups, [name]: groupId(group) },
})
const member = actor()
const moderator = actor({ role: role.moderator })
const guest = actor({ role: role.guest })
const admin = actor({ role: role.admin })
const owner = actor({ role: role.owner })
const bot = actor({ isBot: true, botOwnerId: userId(9) })
const own = actor({ isBot: true, isSystemBot: true, groups: new Set() })
const open = channel()
const shared = channel({ inviteOnly: true })
const closed = channel({ inviteOnly: true, historyPublicToSubscribers: false })
const web = channel({ isWebPublic: true })
const joined = (c: ChannelFacts): ChannelFacts => ({ ...c, subscribed: true })
const archived = (c: ChannelFacts): ChannelFacts => ({ ...c, archived: true })

describe('sending to a channel', () => {
  const table: readonly [string, Actor, ChannelFacts, boolean, Reason | 'allow'][] = [
    ['a member to a public channel', member, open, false, 'allow'],
    ['a member to a private channel of theirs', member, joined(closed), false, 'allow'],
    ['a member to another private channel', member, shared, false, 'unknown-channel'],
    ['an administrator, who knows of it but is not in it', admin, shared, false, 'not-subscribed'],
    ['an owner likewise', owner, closed, false, 'not-subscribed'],
    [
      'its administrator who left it',
      member,
      holding(closed, 'can_administer_channel_group'),
      false,
      'not-subscribed',
    ],
    ['who may subscribe, history shared', member, holding(shared, 'can_subscribe_group'), false, 'allow'],
    ['the same, history protected', member, holding(closed, 'can_subscribe_group'), false, 'not-subscribed'],
    [
      'where nobody may post',
      owner,
      holding(joined(open), 'can_send_message_group', 8),
      false,
      'posting-restricted',
    ],
    [
      'a member where administrators may',
      member,
      holding(open, 'can_send_message_group', 6),
      false,
      'posting-restricted',
    ],
    ['a bot whose owner may post', bot, holding(joined(open), 'can_send_message_group', 102), false, 'allow'],
    ['a guest to a public channel of theirs', guest, joined(open), false, 'allow'],
    ['a guest to another public channel', guest, open, false, 'unknown-channel'],
    ['a guest to a web-public channel', guest, web, false, 'allow'],
    ['a member to an archived channel', member, joined(archived(open)), false, 'archived'],
    ['a bot where its owner is subscribed', bot, closed, true, 'allow'],
    ['a bot where its owner is not', bot, closed, false, 'unknown-channel'],
    ['a bot to an archived channel of its owner', bot, archived(closed), true, 'archived'],
    ['the organisation’s own bot, which is in no channel', own, closed, false, 'allow'],
    ['the same, where nobody may post', own, holding(open, 'can_send_message_group', 8), false, 'allow'],
    ['the same to an archived channel', own, archived(closed), false, 'archived'],
    ['a person is not let in by what a bot would be', member, closed, true, 'unknown-channel'],
    ['another organisation', member, channel({ orgId: orgId(2) }), false, 'other-org'],
    ['a deactivated account', actor({ isActive: false }), open, false, 'inactive'],
  ]
  test.each(table)('%s', (_name, who, where, ownerSubscribed, expected) => {
    const target = {
      kind: 'channel',
      channel: where,
      ownerSubscribed,
      ownerGroups: new Set([groupId(102)]),
    } as const
    const decision = decide('message:send', who, target)
    expect(decision.ok ? 'allow' : decision.reason).toBe(expected)
  })
})

describe('sending to people', () => {
  const person = (id: number, isActive = true, permits = true, isBot = false) => ({
    userId: userId(id),
    isActive,
    isBot,
    permits,
    met: true,
  })
  const table: readonly [string, readonly ReturnType<typeof person>[], Reason | 'allow'][] = [
    ['another', [person(5), person(6)], 'allow'],
    ['oneself', [person(5)], 'allow'],
    ['somebody deactivated', [person(5), person(6), person(7, false)], 'recipient-inactive'],
    ['others only', [person(6), person(7)], 'not-participant'],
  ]
  test.each(table)('to %s', (_name, participants, expected) => {
    const direct = { orgId: orgId(1), recipientId: null, participants, begun: false }
    const decision = decide('message:send', member, { kind: 'direct', direct })
    expect(decision.ok ? 'allow' : decision.reason).toBe(expected)
  })
  test('never across organisations', () => {
    const direct = { orgId: orgId(2), recipientId: null, participants: [person(5)], begun: false }
    expect(decide('message:send', member, { kind: 'direct', direct })).toMatchObject({ reason: 'other-org' })
  })

  // Who lets conversations be, who begins them, and what is left to whom then.
  const no = (id: number, isBot = false) => person(id, true, false, isBot)
  const permitted: readonly [string, Actor, readonly ReturnType<typeof person>[], boolean, string][] = [
    ['nobody of them permits it', member, [no(5), no(6)], true, 'direct-not-permitted'],
    ['an owner neither', owner, [no(5), no(6)], true, 'direct-not-permitted'],
    ['the other permits it', moderator, [no(5), person(6)], false, 'allow'],
    ['the writer permits it', moderator, [person(5), no(6)], false, 'allow'],
    ['it was not begun, by who may not', member, [person(5), person(6)], false, 'direct-not-begun'],
    ['a guest likewise', guest, [person(5), person(6)], false, 'direct-not-begun'],
    ['it was begun', guest, [person(5), person(6)], true, 'allow'],
    ['a note to oneself', member, [no(5)], false, 'allow'],
    ['only bots are there beside', guest, [no(5), no(6, true), no(7, true)], false, 'allow'],
    ['one of them is no bot', member, [no(5), no(6, true), no(7)], false, 'direct-not-permitted'],
    ['a bot writes', bot, [no(5, true), no(6)], false, 'allow'],
    [
      'a bot writes to somebody deactivated',
      bot,
      [no(5, true), person(6, false)],
      false,
      'recipient-inactive',
    ],
  ]
  test.each(permitted)('where moderators begin: %s', (_name, who, participants, begun, expected) => {
    const asks = giving(who, 'direct_message_initiator_group', 5)
    const direct = { orgId: orgId(1), recipientId: null, participants, begun }
    const decision = decide('message:send', asks, { kind: 'direct', direct })
    expect(decision.ok ? 'allow' : decision.reason).toBe(expected)
  })
})

describe('reading a message', () => {
  const table: readonly [string, Actor, ChannelFacts | null, boolean, boolean][] = [
    ['a direct message that came to them', member, null, true, true],
    ['a direct message of others', owner, null, false, false],
    ['a public channel, any message', member, open, false, true],
    ['a public channel, archived', member, archived(open), false, true],
    ['a guest in a public channel of theirs, from before', guest, joined(open), false, true],
    ['a guest who left it, even what came to them', guest, open, true, false],
    ['a guest and a web-public channel', guest, web, false, false],
    ['shared history, subscribed', member, joined(shared), false, true],
    ['shared history, not subscribed', member, shared, true, false],
    ['protected history, came to them', member, joined(closed), true, true],
    ['protected history, from before', member, joined(closed), false, false],
    ['protected history, left', member, closed, true, false],
    ['an administrator who is not in it', admin, shared, false, false],
    [
      'its own administrator who is not in it',
      member,
      holding(shared, 'can_administer_channel_group'),
      false,
      false,
    ],
    ['another organisation', member, channel({ orgId: orgId(2) }), true, false],
    ['who may subscribe, history shared', member, holding(shared, 'can_subscribe_group'), false, true],
    [
      'who may add others, history protected, received',
      member,
      holding(closed, 'can_add_subscribers_group'),
      true,
      true,
    ],
    ['the same, from before', member, holding(closed, 'can_add_subscribers_group'), false, false],
    ['a guest whose group may subscribe', guest, holding(shared, 'can_subscribe_group'), true, false],
  ]
  test.each(table)('%s', (_name, who, where, received, expected) => {
    const org = where?.orgId ?? orgId(1)
    const facts = { orgId: org, messageId: messageId(1), senderId: userId(8), channel: where, received }
    expect(decide('message:read', who, facts).ok).toBe(expected)
  })
})

test('mentioning more than fifteen at once is for administrators, or whom the organisation lets', () => {
  expect(decide('message:mention-all', member, { many: false }).ok).toBe(true)
  expect(decide('message:mention-all', member, { many: true })).toMatchObject({ reason: 'not-permitted' })
  expect(decide('message:mention-all', admin, { many: true }).ok).toBe(true)
  const many = (who: Actor, group: number) =>
    decide('message:mention-all', giving(who, 'can_mention_many_users_group', group), { many: true }).ok
  expect([many(guest, 2), many(guest, 3), many(member, 3), many(owner, 8)]).toEqual([
    true,
    false,
    true,
    false,
  ])
})
