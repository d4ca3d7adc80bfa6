import { channelGroupSettings } from '@parley/access'
import type { ChannelObject, SubscriptionSettings } from '@parley/api'
import { channelId, userId, type UserId } from '@parley/core'
import {
  channelAccessChanged,
  channelChanged,
  channelChangedWithin,
  channelHistoryClosed,
  channelOpened,
  channelWithdrawn,
  make,
  organisationSet,
  organisationSettingsChanged,
  type NewEvent,
  peerAdded,
  peerAddedWithin,
  peerShown,
  subscriptionAdded,
} from '@parley/events'
import { learns, reach } from './reach.ts'

/** A channel before and after a change, and the people it concerns. */
export interface Change {
  readonly before: ChannelObject
  readonly after: ChannelObject
  /** Who changes it. */
  readonly by: UserId
  /** Active subscribers, who stay the same. */
  readonly subscribers: readonly { readonly user_id: number; readonly guest: boolean }[]
  /** Subscribers and those who have been: who is brought back reads no more of its history than who stayed. */
  readonly everIn: readonly UserId[]
  /** Who knows of it while it is private without being in it. */
  readonly overseers: readonly UserId[]
  /** Who comes to know of it, or ceases to, without being in it: it reaches further than before, or less far. */
  readonly outsiders: readonly UserId[]
  /** Settings of the subscribers, where it is brought back. */
  readonly settings: readonly { readonly user: UserId; readonly settings: SubscriptionSettings }[]
}

/** So many people are named in one event. */
const mostNamed = 5000

/** What the log says of a changed channel. */
export function changeEvents(change: Change): NewEvent[] {
  const { before, after, by } = change
  const differs = (key: keyof ChannelObject): boolean => before[key] !== after[key]
  const { stream_id, invite_only, history_public_to_subscribers, is_web_public, is_archived } = after
  const kind = { invite_only, history_public_to_subscribers, is_web_public }
  const kindDiffers =
    differs('invite_only') || differs('history_public_to_subscribers') || differs('is_web_public')
  const access = make(channelAccessChanged, { channel_id: stream_id, ...kind, is_archived, by })
  const { description, rendered_description } = after
  return [
    ...(kindDiffers || differs('is_archived') ? [access] : []),
    ...(readable(before) && !readable(after) ? historyClosed(change) : []),
    ...(reach(after) < reach(before) ? withdrawn(change) : []),
    ...(reach(after) > reach(before) ? opened(change) : []),
    ...(before.is_archived && !is_archived ? restored(change) : []),
    ...(kindDiffers ? told(change, { property: 'invite_only', value: invite_only, ...kindOnly(kind) }) : []),
    ...(differs('name') ? told(change, { property: 'name', value: after.name }) : []),
    ...(differs('description')
      ? told(change, { property: 'description', value: description, rendered_description })
      : []),
    ...(differs('folder_id') ? told(change, { property: 'folder_id', value: after.folder_id }) : []),
    ...(differs('message_retention_days')
      ? told(change, { property: 'message_retention_days', value: after.message_retention_days })
      : []),
    ...(differs('topics_policy')
      ? told(change, { property: 'topics_policy', value: after.topics_policy })
      : []),
    ...[...channelGroupSettings, ...postingOfOld].flatMap((property) =>
      sameValue(before[property], after[property]) ? [] : told(change, { property, value: after[property] }),
    ),
    ...(is_archived && !before.is_archived ? told(change, { property: 'is_archived', value: true }) : []),
  ]
}

/** What older clients read of `can_send_message_group`. */
const postingOfOld = ['stream_post_policy', 'is_announcement_only'] as const

const sameValue = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

const kindOnly = ({
  history_public_to_subscribers,
  is_web_public,
}: {
  history_public_to_subscribers: boolean
  is_web_public: boolean
}) => ({ history_public_to_subscribers, is_web_public })

type Told = Pick<
  Parameters<typeof channelChanged.shape>[0],
  | 'property'
  | 'value'
  | 'rendered_description'
  | 'history_public_to_subscribers'
  | 'is_web_public'
  | 'restored'
>

/** Tells everybody who knows of the channel, before the change and after it. */
function told(change: Change, changed: Told): NewEvent[] {
  const { before, after } = change
  const { stream_id: id, creator_id } = after
  const body = { channel_id: id, name: before.name, creator_id, ...changed }
  const inside = (guests_only: boolean, users: readonly UserId[]): NewEvent =>
    make(channelChangedWithin, { ...body, guests_only }, { channel: channelId(id), users })
  const flips = before.invite_only !== after.invite_only && changed.property === 'invite_only'
  if (after.invite_only || flips) return [inside(false, change.overseers)]
  const to_guests = after.is_web_public
  return [make(channelChanged, { ...body, to_guests }), ...(hasGuests(change) ? [inside(true, [])] : [])]
}

/** Is there a guest in it who is not told with everybody? */
const hasGuests = ({ after, subscribers }: Change): boolean =>
  !after.is_web_public && subscribers.some((subscriber) => subscriber.guest)

function* named(people: readonly UserId[]): Iterable<UserId[]> {
  for (let i = 0; i < people.length; i += mostNamed) yield people.slice(i, i + mostNamed)
}

/** Does who is in the channel read all of it? */
const readable = (channel: ChannelObject): boolean =>
  !channel.invite_only || channel.history_public_to_subscribers

function historyClosed({ after, everIn }: Change): NewEvent[] {
  return [...named(everIn)].map((users) =>
    make(channelHistoryClosed, { channel_id: after.stream_id, user_ids: users }, { users }),
  )
}

function withdrawn({ after, outsiders }: Change): NewEvent[] {
  return [...named(outsiders)].map((users) =>
    make(channelWithdrawn, { channel_id: after.stream_id }, { users }),
  )
}

function opened({ before, after, outsiders, overseers, subscribers }: Change): NewEvent[] {
  const { stream_id: channel_id, creator_id } = after
  const user_ids = subscribers.map((subscriber) => subscriber.user_id)
  const to = (people: readonly UserId[], to_insiders: boolean): NewEvent[] =>
    [...named(people)].flatMap((users) => [
      make(channelOpened, { channel: { ...after, subscriber_count: 0 }, to_insiders }, { users }),
      ...(user_ids.length > 0
        ? [make(peerShown, { channel_id, creator_id, user_ids, to_insiders }, { users })]
        : []),
    ])
  // Who knows of it anyhow was told so, and others will not know of it when they leave.
  const who = learns(before, after)
  const insiders = subscribers.filter(
    ({ user_id, guest }) => (guest ? who.guests : who.members) && !overseers.some((id) => id === user_id),
  )
  return [
    ...to(outsiders, false),
    ...to(
      insiders.map((subscriber) => userId(subscriber.user_id)),
      true,
    ),
  ]
}

/** To clients that know no archived channels it comes as if it were new, with the people in it. */
function restored(change: Change): NewEvent[] {
  const { after, subscribers, overseers } = change
  const { stream_id: id, creator_id } = after
  const inChannel = channelId(id)
  const user_ids = subscribers.map((subscriber) => subscriber.user_id)
  const peers = { channel_id: id, creator_id, user_ids, to_old_clients: true }
  const within = (guests_only: boolean, users: readonly UserId[]): NewEvent =>
    make(peerAddedWithin, { ...peers, guests_only }, { channel: inChannel, users })
  const everybody = after.invite_only
    ? [within(false, overseers)]
    : [
        make(peerAdded, { ...peers, to_guests: after.is_web_public }),
        ...(hasGuests(change) ? [within(true, [])] : []),
      ]
  const empty = { ...after, subscriber_count: 0 }
  return [
    ...told(change, { property: 'is_archived', value: false, restored: empty }),
    ...(user_ids.length > 0 ? everybody : []),
    ...bySettings(change.settings).map(({ users, settings }) => {
      const subscription = { ...after, ...settings, subscribers: user_ids }
      const body = { channel_id: id, user_ids: users, subscription, to_old_clients: true }
      return make(subscriptionAdded, body, { users, channel: inChannel })
    }),
  ]
}

function bySettings(all: Change['settings']): { users: UserId[]; settings: SubscriptionSettings }[] {
  const groups = new Map<string, { users: UserId[]; settings: SubscriptionSettings }>()
  for (const { user, settings } of all) {
    const key = JSON.stringify(settings)
    const group = groups.get(key)
    if (group) group.users.push(userId(user))
    else groups.set(key, { users: [userId(user)], settings })
  }
  return [...groups.values()]
}

/** Of an archived channel: these settings of the organisation named it, and name none now. */
export const forgottenEvents = (properties: readonly string[], by: number): NewEvent[] =>
  properties.length === 0
    ? []
    : [
        make(organisationSettingsChanged, { properties: [...properties], by }),
        ...properties.map((property) => make(organisationSet, { property, value: -1 })),
      ]
