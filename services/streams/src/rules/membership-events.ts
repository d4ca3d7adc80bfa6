import { type Actor, type ChannelGroups, type ChannelKind, decide, isGuest } from '@parley/access'
import type { ChannelObject, SubscriptionSettings } from '@parley/api'
import { type ChannelId, channelId, recipientId, type UserId } from '@parley/core'
import {
  channelCreated,
  channelEstablished,
  channelRetentionChanged,
  channelRevealed,
  channelTopicsPolicyChanged,
  channelWithdrawn,
  make,
  membershipEnded,
  membershipGranted,
  type NewEvent,
  peerAdded,
  peerAddedWithin,
  peerRemoved,
  peerRemovedWithin,
  subscriptionAdded,
  subscriptionRemoved,
} from '@parley/events'

/** A channel whose members change, and who else is told. */
export interface Changing {
  readonly channel: ChannelObject
  /** The groups that its permissions are given to. */
  readonly groups: ChannelGroups
  /** Who changes it. */
  readonly by: UserId
  /** Active people who may know of a private channel without being in it: administrators, and whom its permissions tell. */
  readonly overseers: readonly Actor[]
  /** Active subscribers after the change, in the order of their ids. */
  readonly subscribers: readonly { readonly user_id: number; readonly guest: boolean }[]
}

/** Somebody who came in, with their settings for the channel. */
export interface Joined {
  readonly person: Actor
  readonly settings: SubscriptionSettings
}

const ids = (people: readonly Actor[]): UserId[] => people.map((person) => person.userId)

/** May the person know of the channel? By the very rule that decides requests. */
function knows(person: Actor, { channel, groups }: Changing, subscribed: boolean): boolean {
  const kind: ChannelKind = {
    inviteOnly: channel.invite_only,
    historyPublicToSubscribers: channel.history_public_to_subscribers,
    isWebPublic: channel.is_web_public,
  }
  return decide('channel:know', person, {
    ...kind,
    orgId: person.orgId,
    channelId: channelId(channel.stream_id),
    // No rule looks at it.
    recipientId: recipientId(0),
    archived: channel.is_archived,
    subscribed,
    groups,
  }).ok
}

/** What the log says of a new channel; the people who come into it at once are told of it by `joinedEvents`. */
export function creationEvents(changing: Changing, joined: readonly Joined[]): NewEvent[] {
  const { channel, by, overseers } = changing
  const isPublic = !channel.invite_only
  const { message_retention_days: days, topics_policy: policy } = channel
  const outside = overseers.filter((one) => !joined.some(({ person }) => person.userId === one.userId))
  // As it is before anybody comes in: clients count each of them when they are told of them next.
  const empty = { ...channel, subscriber_count: channel.subscriber_count - joined.length }
  return [
    make(channelEstablished, {
      channel_id: channel.stream_id,
      invite_only: channel.invite_only,
      history_public_to_subscribers: channel.history_public_to_subscribers,
      is_web_public: channel.is_web_public,
      by,
    }),
    ...(policy === 'inherit'
      ? []
      : [make(channelTopicsPolicyChanged, { channel_id: channel.stream_id, policy, by })]),
    ...(days === null ? [] : [make(channelRetentionChanged, { channel_id: channel.stream_id, days, by })]),
    ...(isPublic ? [make(channelCreated, { channel: empty })] : []),
    ...(!isPublic && outside.length > 0
      ? [make(channelRevealed, { channel: empty }, { users: ids(outside) })]
      : []),
  ]
}

/**
 * What the log says when people come in. The others are told first, so that the channel's own event does not reach
 * the newcomers; what these are told names the channel, so that it reaches them only while they are in it.
 */
export function joinedEvents(
  changing: Changing & { readonly isNew: boolean },
  joined: readonly Joined[],
): NewEvent[] {
  if (joined.length === 0) return []
  const { channel, by, isNew } = changing
  const people = joined.map((j) => j.person)
  // Of a new public one everybody is told who knows of it outside.
  const told = (person: Actor): boolean =>
    isNew && !channel.invite_only
      ? isGuest(person) && !channel.is_web_public
      : isNew || !knows(person, changing, false)
  const revealed = people.filter(told)
  // Who would know of it outside too keeps it when they leave.
  const anyhow = revealed.filter((person) => knows(person, changing, false))
  const inside = revealed.filter((person) => !anyhow.includes(person))
  const body = { channel_id: channel.stream_id, user_ids: ids(people) }
  const inChannel = channelId(channel.stream_id)
  return [
    ...peers(changing, people, peerAdded, peerAddedWithin),
    make(membershipGranted, { ...body, by }, { users: ids(people) }),
    ...(anyhow.length > 0 ? [make(channelRevealed, { channel }, { users: ids(anyhow) })] : []),
    ...(inside.length > 0
      ? [make(channelRevealed, { channel }, { users: ids(inside), channel: inChannel })]
      : []),
    ...bySettings(joined).flatMap((group) => {
      const subscribers = changing.subscribers.map((subscriber) => subscriber.user_id)
      const subscription = { ...channel, ...group[0].settings, subscribers }
      const added = (who: readonly Actor[], to: { readonly channel?: ChannelId }): NewEvent[] => {
        const users = ids(who)
        const body = { channel_id: channel.stream_id, user_ids: users, subscription }
        return users.length > 0 ? [make(subscriptionAdded, body, { users, ...to })] : []
      }
      const of = (some: boolean) => group.map((j) => j.person).filter((p) => anyhow.includes(p) === some)
      return [...added(of(true), {}), ...added(of(false), { channel: inChannel })]
    }),
  ]
}

/** What the log says when people leave or are taken out. */
export function leftEvents(changing: Changing, people: readonly Actor[]): NewEvent[] {
  if (people.length === 0) return []
  const { channel, by } = changing
  const body = { channel_id: channel.stream_id, user_ids: ids(people) }
  const inChannel = channelId(channel.stream_id)
  const withdrawn = people.filter((person) => !knows(person, changing, false))
  const knowing = people.filter((person) => !withdrawn.includes(person))
  const removed = (who: readonly Actor[], to: { readonly channel?: ChannelId }): NewEvent[] => {
    if (who.length === 0) return []
    const known = to.channel === undefined ? { known: { creator_id: channel.creator_id } } : {}
    const left = { channel_id: channel.stream_id, user_ids: ids(who), name: channel.name, ...known }
    return [make(subscriptionRemoved, left, { users: ids(who), ...to })]
  }
  return [
    make(membershipEnded, { ...body, by }),
    ...removed(knowing, {}),
    ...removed(withdrawn, { channel: inChannel }),
    // Told in any case: who came and went while away may know the channel from when it was public.
    ...(withdrawn.length > 0
      ? [make(channelWithdrawn, { channel_id: channel.stream_id }, { users: ids(withdrawn) })]
      : []),
    ...peers(changing, people, peerRemoved, peerRemovedWithin),
  ]
}

/** The change of the subscribers' list, for those who may see the list. */
function peers(
  { channel, subscribers, overseers }: Changing,
  people: readonly Actor[],
  all: typeof peerAdded,
  within: typeof peerAddedWithin,
): NewEvent[] {
  const body = { channel_id: channel.stream_id, creator_id: channel.creator_id, user_ids: ids(people) }
  const inChannel: ChannelId = channelId(channel.stream_id)
  const changed = new Set<number>(body.user_ids)
  if (channel.invite_only) {
    const users = ids(overseers.filter((person) => !changed.has(person.userId)))
    return [make(within, { ...body, guests_only: false }, { channel: inChannel, users })]
  }
  const to_guests = channel.is_web_public
  const guests =
    !to_guests && subscribers.some((subscriber) => subscriber.guest && !changed.has(subscriber.user_id))
  return [
    make(all, { ...body, to_guests }),
    ...(guests ? [make(within, { ...body, guests_only: true }, { channel: inChannel })] : []),
  ]
}

/** People with the same settings get the same event. */
function bySettings(joined: readonly Joined[]): [Joined, ...Joined[]][] {
  const groups = new Map<string, [Joined, ...Joined[]]>()
  for (const one of joined) {
    const key = JSON.stringify(one.settings)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return [...groups.values()]
}
