import {
  type Actor,
  channelAtoms,
  channelHistory,
  type ChannelFacts,
  decide,
  holds,
  isGuest,
  role,
} from '@parley/access'
import { orgId, userId } from '@parley/core'
import type { Facts } from './facts.ts'

/** Ids by the list's name; null for a list that is refused. */
export type Lists = Readonly<Record<string, readonly number[] | null>>

type Channel = Facts['rows']['channels'][number]
type Message = Facts['rows']['messages'][number]

/** Asks the rules about each object, one by one. */
function asking(facts: Facts, actor: Actor) {
  const { rows } = facts
  const of = (channel: Channel): ChannelFacts => facts.channel(channel, actor)
  const channelsWhere = (holds: (channel: Channel) => boolean): number[] =>
    rows.channels.filter(holds).map(({ id }) => id)
  const may =
    (action: 'channel:know' | 'channel:view' | 'channel:find' | 'channel:read') =>
    (channel: Channel): boolean =>
      decide(action, actor, of(channel)).ok
  const mayLook = (message: Message): boolean =>
    decide('message:look', actor, facts.message(message, actor)).ok
  const mayRead = (message: Message): boolean =>
    decide('message:read', actor, facts.message(message, actor)).ok
  const received = (message: Message): boolean => facts.within('received', message, actor.userId)
  const messagesWhere = (holds: (message: Message) => boolean): number[] =>
    rows.messages.filter((message) => mayRead(message) && holds(message)).map(({ id }) => id)
  /** Active subscribers, where the rule shows them. */
  const subscribers = (channel: Channel): number[] =>
    rows.users.filter((user) => user.active && facts.subscribed(channel.id, user.id)).map(({ id }) => id)
  return { rows, of, channelsWhere, may, mayLook, mayRead, received, messagesWhere, subscribers }
}

/** What each list must hold for this person, by the rule for one object. */
export function ruled(facts: Facts, actor: Actor): Lists {
  const { rows, of, channelsWhere, may, mayLook, received, messagesWhere, subscribers } = asking(facts, actor)
  const [know, read, view] = [may('channel:know'), may('channel:read'), may('channel:view')]
  const subscribed = (channel: Channel): boolean => facts.subscribed(channel.id, actor.userId)
  const once = (channel: Channel): boolean =>
    rows.subscriptions.some((s) => s.channel === channel.id && s.user === actor.userId)
  const alive = (holds: (channel: Channel) => boolean): number[] =>
    channelsWhere((channel) => know(channel) && !channel.archived && holds(channel))
  const unread = (message: Message): boolean =>
    received(message) &&
    !facts.within('read', message, actor.userId) &&
    !(message.sender === actor.userId && message.senderRead) &&
    !message.readBy.includes(actor.userId) &&
    (message.unreadFor?.includes(actor.userId) ?? true) &&
    !facts.readByMuting(message, actor.userId)
  const starred = (message: Message): boolean =>
    rows.stars.some((star) => star.user === actor.userId && star.message === message.id)
  const direct = (message: Message): boolean => message.people !== null
  const own = rows.users.filter(({ org }) => org === actor.orgId)
  const ownedBot = (user: (typeof own)[number]): boolean => user.bot && user.owner !== null
  const manages = (user: (typeof own)[number]): boolean => {
    const decision = decide('bot:end', actor, facts.account(user))
    // Who is told why not knows of it.
    return decision.ok || decision.kind === 'deny'
  }
  const lists: Record<string, readonly number[] | null> = {
    'channels: all': alive(() => true),
    'channels: all, archived too': channelsWhere(know),
    'channels: public': alive((channel) => !channel.private && !isGuest(actor)),
    'channels: web-public': alive((channel) => channel.web),
    'channels: subscribed': alive(subscribed),
    'channels: readable': alive(read),
    'channels: of the owner': alive(
      (channel) => actor.isBot && actor.botOwnerId !== null && facts.subscribed(channel.id, actor.botOwnerId),
    ),
    'channel by id': channelsWhere(view),
    'channel by name': channelsWhere(may('channel:find')),
    'linked by name': channelsWhere(know),
    subscriptions: alive(subscribed),
    'register: channels': channelsWhere(know),
    'register: subscribed': channelsWhere((channel) => know(channel) && subscribed(channel)),
    'register: unsubscribed': channelsWhere((c) => know(c) && once(c) && !subscribed(c)),
    'register: never subscribed': channelsWhere((channel) => know(channel) && !once(channel)),
    'register: people': own.filter(({ active }) => active).map(({ id }) => id),
    'register: people gone': own.filter(({ active }) => !active).map(({ id }) => id),
    'register: unread': messagesWhere(unread),
    'register: newest': messagesWhere(received)
      .toSorted((a, b) => a - b)
      .slice(-1),
    'register: bots': own.filter((user) => ownedBot(user) && manages(user)).map(({ id }) => id),
    bots:
      actor.isBot || isGuest(actor)
        ? null
        : own.filter((user) => user.active && user.owner === actor.userId).map(({ id }) => id),
    people: own.map(({ id }) => id),
    'person by id': own.map(({ id }) => id),
    'message by id': messagesWhere(() => true),
    'messages by ids': messagesWhere(() => true),
    'messages: all': messagesWhere(received),
    'messages: direct': messagesWhere(direct),
    'messages: unread': messagesWhere(unread),
    'messages: starred': messagesWhere((message) => received(message) && starred(message)),
  }
  for (const sender of own)
    lists[`messages: from ${sender.id}`] = messagesWhere((m) => received(m) && m.sender === sender.id)
  for (const channel of rows.channels) {
    const inIt = rows.messages.filter((m) => m.recipient === channel.recipient && mayLook(m))
    lists[`messages: in ${channel.id}`] = know(channel) ? inIt.map(({ id }) => id) : null
    lists[`members of ${channel.id}`] = view(channel) ? subscribers(channel) : null
    if (know(channel)) lists[`register: subscribers of ${channel.id}`] = subscribers(channel)
    if (know(channel) && !channel.archived && subscribed(channel))
      lists[`subscribers of ${channel.id}`] = subscribers(channel)
    const whole = holds(channelHistory, channelAtoms(actor, of(channel)))
    const seen = rows.messages.filter((m) => m.recipient === channel.recipient && (whole || received(m)))
    const newest = new Map(seen.toSorted((a, b) => a.id - b.id).map(({ topic, id }) => [topic, id]))
    lists[`newest of the topics of ${channel.id}`] = read(channel) ? [...newest.values()] : null
  }
  return sorted(lists)
}

/** To whom and what this person may send, and which messages they may star. */
export function ruledChanges(facts: Facts, actor: Actor): Lists {
  const { rows, of, channelsWhere, messagesWhere } = asking(facts, actor)
  const owner = actor.botOwnerId
  const ownerGroups = owner === null ? new Set<never>() : facts.actor(owner).groups
  const maySend = (channel: Channel): boolean => {
    const ownerSubscribed = owner !== null && facts.subscribed(channel.id, owner)
    const target = { kind: 'channel', channel: of(channel), ownerSubscribed, ownerGroups } as const
    return decide('message:send', actor, target).ok
  }
  return sorted({
    'may star': messagesWhere(() => true),
    'may send to channels': channelsWhere(maySend),
    // Permissions §3, put down anew.
    'may begin topics in channels': channelsWhere((channel) => {
      const { can_create_topic_group: group } = channel.groups
      return maySend(channel) && (actor.groups.has(group) || (actor.isBot && ownerGroups.has(group)))
    }),
    'may send to people': rows.users
      .filter(({ id, org, active, bot }) => {
        const permits = (person: number): boolean =>
          facts.actor(person).groups.has(actor.realmGroups.direct_message_permission_group)
        const { userId: own, isActive, isBot } = actor
        const self = { userId: own, isActive, isBot, permits: permits(own), met: true }
        const other = { userId: userId(id), isActive: active, isBot: bot, permits: permits(id), met: true }
        const participants = id === actor.userId ? [self] : [self, other]
        // Everybody begins conversations: else this would change while people try.
        const direct = { orgId: orgId(org), recipientId: null, participants, begun: false }
        return decide('message:send', actor, { kind: 'direct', direct }).ok
      })
      .map(({ id }) => id),
  })
}

export const sorted = (lists: Lists): Lists =>
  Object.fromEntries(Object.entries(lists).map(([name, ids]) => [name, ids && ids.toSorted((a, b) => a - b)]))

/** Kinds of people, for the proof that all were asked. */
export const kindOf = (actor: Actor): string =>
  `${Object.entries(role).find(([, n]) => n === actor.role)?.[0]}${actor.isBot ? ' bot' : ''}`
