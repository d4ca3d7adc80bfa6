import { channelId, groupId, messageId, orgId, recipientId, userId } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Actor, role } from '../actor.ts'
import type { ChannelFacts, ChannelMove } from '../facts.ts'
import { decide } from '../rules.ts'
import { defaultRealmGroups } from '../permission-settings.ts'
import { systemGroupsOf } from '../system-groups.ts'

const anyGroup = fc.constantFrom(groupId(1), groupId(3), groupId(6), groupId(8), groupId(101))
const anyChannel: fc.Arbitrary<ChannelFacts> = fc.record({
  orgId: fc.constantFrom(orgId(1), orgId(1), orgId(1), orgId(2)),
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
const anybody: fc.Arbitrary<Actor> = fc
  .record({
    as: fc.constantFrom(...Object.values(role)),
    inOwn: fc.boolean(),
    channels: anyGroup,
    topics: anyGroup,
  })
  .map(({ as, inOwn, channels, topics }) => ({
    orgId: orgId(1),
    userId: userId(5),
    role: as,
    isActive: true,
    isBot: false,
    botOwnerId: null,
    generation: 1,
    groups: new Set([...systemGroupsOf(as), ...(inOwn ? [groupId(101)] : [])]),
    realmGroups: {
      ...defaultRealmGroups,
      can_move_messages_between_channels_group: channels,
      can_move_messages_between_topics_group: topics,
    },
  }))
const anyMove: fc.Arbitrary<ChannelMove> = fc.record({
  message: fc.record({
    orgId: fc.constant(orgId(1)),
    messageId: fc.constant(messageId(9)),
    senderId: fc.constant(userId(6)),
    channel: fc.option(
      anyChannel.map((channel) => ({ ...channel, orgId: orgId(1) })),
      { freq: 9 },
    ),
    received: fc.boolean(),
  }),
  age: fc.constantFrom(0, 620, 621),
  policy: fc.record({
    allowEditing: fc.boolean(),
    editLimit: fc.constant(null),
    deleteLimit: fc.constant(null),
    moveWithinLimit: fc.constantFrom(null, 600),
    moveBetweenLimit: fc.constantFrom(null, 600),
  }),
  target: anyChannel,
})

/** The published rules (permissions §1, §2, §4), put down anew. */
function published(who: Actor, move: ChannelMove) {
  const guest = who.role === 600
  const holds = (group: number, guestsMay = false): boolean =>
    (guestsMay || !guest) && [...who.groups].some((id) => id === group)
  const groupContent = (c: ChannelFacts): boolean =>
    holds(c.groups.can_subscribe_group) || holds(c.groups.can_add_subscribers_group)
  const content = (c: ChannelFacts): boolean =>
    c.isWebPublic || c.subscribed || (!guest && (!c.inviteOnly || groupContent(c)))
  const { message, age, policy, target } = move
  const c = message.channel
  const readable =
    c !== null &&
    !c.archived &&
    ((!c.inviteOnly && !guest) ||
      ((c.historyPublicToSubscribers || message.received) && (c.subscribed || groupContent(c))))
  const admin = who.role <= 200
  const own = (channel: ChannelFacts): boolean => holds(channel.groups.can_administer_channel_group)
  const inTime = (limit: number | null): boolean => who.role <= 300 || limit === null || age <= limit + 20
  const within = (channel: ChannelFacts): boolean =>
    own(channel) || holds(channel.groups.can_move_messages_within_channel_group, true)
  return {
    channel:
      readable &&
      (holds(who.realmGroups.can_move_messages_between_channels_group) ||
        admin ||
        own(c) ||
        holds(c.groups.can_move_messages_out_of_channel_group)) &&
      target.orgId === who.orgId &&
      content(target) &&
      !target.archived &&
      holds(target.groups.can_send_message_group, true) &&
      inTime(policy.moveBetweenLimit),
    topic:
      readable &&
      (holds(who.realmGroups.can_move_messages_between_topics_group, true) ||
        admin ||
        within(c) ||
        within(target)) &&
      inTime(policy.moveWithinLimit),
    known: target.orgId === who.orgId && content(target) && !target.archived,
    readable,
  }
}

test('moving to another channel or topic is for whom the published rules say, and a target that may not be read is none', () => {
  const seen = { channel: new Set<boolean>(), topic: new Set<boolean>() }
  fc.assert(
    fc.property(anybody, anyMove, (who, move) => {
      const rule = published(who, move)
      const decision = decide('message:move-channel', who, move)
      expect(decision.ok).toBe(rule.channel)
      expect(decide('message:move-topic', who, { ...move, resolves: false }).ok).toBe(rule.topic)
      const hidden = !decision.ok && decision.kind === 'hide'
      expect(hidden).toBe(
        (move.message.channel === null ? !move.message.received : !rule.readable) || !rule.known,
      )
      seen.channel.add(rule.channel)
      seen.topic.add(rule.topic)
    }),
    { numRuns: 3000 },
  )
  expect([seen.channel.size, seen.topic.size]).toEqual([2, 2])
})
