import { realmGroupSettings } from '@parley/access'
import {
  FolderObject,
  organisationSettings,
  Reminder,
  ScheduledMessage,
  SubscriptionSettings,
  UserStatus,
  UserTopic,
} from '@parley/api'
import { expect } from 'vitest'
import { z } from 'zod'
import { passes, type QueueEvent } from './event-queue.ts'

const Ids = z.array(z.int())
const Person = z.looseObject({
  user_id: z.int(),
  profile_data: z.record(z.string(), z.unknown()).optional(),
})
const Channel = z.looseObject({ stream_id: z.int(), subscribers: Ids.default([]) })
/** A permission that names people and groups in place. */
const NamedInPlace = z.object({ direct_members: Ids, direct_subgroups: Ids })
const Group = z.looseObject({ id: z.int(), members: Ids, direct_subgroup_ids: Ids })
const Unread = z.object({
  count: z.int(),
  streams: z.array(z.object({ stream_id: z.int(), topic: z.string(), unread_message_ids: Ids })),
  pms: z.array(z.object({ other_user_id: z.int(), unread_message_ids: Ids })),
  huddles: z.array(z.object({ user_ids_string: z.string(), unread_message_ids: Ids })),
  mentions: Ids,
})
const View = z.looseObject({ fragment: z.string() })
const Snapshot = z.looseObject({
  user_id: z.int(),
  user_settings: z.record(z.string(), z.unknown()),
  realm_user_settings_defaults: z.record(z.string(), z.unknown()),
  realm_users: z.array(Person),
  realm_non_active_users: z.array(Person),
  realm_user_groups: z.array(Group),
  streams: z.array(Channel),
  subscriptions: z.array(Channel),
  unsubscribed: z.array(Channel),
  never_subscribed: z.array(Channel),
  realm_default_streams: Ids,
  channel_folders: z.array(FolderObject),
  unread_msgs: Unread,
  starred_messages: Ids,
  max_message_id: z.int(),
  drafts: z.array(z.looseObject({ id: z.int() })),
  saved_snippets: z.array(z.looseObject({ id: z.int() })),
  scheduled_messages: z.array(ScheduledMessage),
  reminders: z.array(Reminder),
  muted_users: z.array(z.looseObject({ id: z.int() })),
  alert_words: z.array(z.string()),
  custom_profile_fields: z.array(z.looseObject({ id: z.int() })),
  realm_playgrounds: z.array(z.looseObject({ id: z.int() })),
  navigation_views: z.array(View),
  user_topics: z.array(UserTopic),
  user_status: z.record(z.string(), UserStatus),
  recent_private_conversations: z.array(z.object({ user_ids: Ids, max_message_id: z.int() })),
})

/** `outside`: not in it, whether they ever were is not told. */
type Membership = 'subscribed' | 'unsubscribed' | 'never' | 'outside'
interface KnownChannel {
  membership: Membership
  /** What everybody sees of it, and the own settings of who was ever in it. */
  facts: Record<string, unknown>
  subscribers: number[]
}

interface KnownGroup {
  readonly facts: Record<string, unknown>
  members: number[]
  subgroups: number[]
}

/** What a client knows, in a form in which two ways of learning it compare. */
interface ClientState {
  readonly user: number
  readonly people: Record<number, Record<string, unknown>>
  /** What the organisation sets about itself, by the key in `register`. */
  readonly realm: Record<string, unknown>
  readonly groups: Record<number, KnownGroup>
  readonly settings: Record<string, unknown>
  readonly accountDefaults: Record<string, unknown>
  readonly channels: Record<number, KnownChannel>
  /** The conversation of each unread message. */
  readonly unread: Record<number, string>
  mentions: number[]
  defaults: number[]
  /** By id. */
  readonly folders: Record<number, FolderObject>
  /** By id. */
  readonly drafts: Record<number, unknown>
  readonly snippets: Record<number, unknown>
  readonly scheduled: Record<number, unknown>
  readonly reminders: Record<number, unknown>
  mutedUsers: unknown
  alertWords: unknown
  profileFields: unknown
  playgrounds: unknown
  /** By fragment. */
  readonly views: Record<string, unknown>
  /** By person and field; who has none is not in it. */
  profiles: Record<string, Record<string, unknown>>
  /** By person. */
  readonly statuses: Record<string, UserStatus>
  /** By conversation. */
  readonly topics: Record<string, UserTopic>
  starred: number[]
  maxMessage: number
  /** The newest message of each conversation; null where that was deleted. */
  readonly direct: Record<string, number | null>
  /** Channels that were left without being known, and so have to be taken away. */
  readonly surplus: Set<number>
}

const including = (list: readonly number[], ids: readonly number[]): number[] =>
  [...new Set([...list, ...ids])].sort((a, b) => a - b)
const without = (list: readonly number[], ids: readonly number[]): number[] =>
  list.filter((id) => !ids.includes(id)).sort((a, b) => a - b)
const inTopic = (channel: number, topic: string): string => `channel ${channel}: ${topic.toLowerCase()}`
const among = (ids: readonly number[]): string => `direct ${including([], ids).join(',')}`

// Left out: what no event tells (Zulip's neither), and what an `add` event leaves to its receiver.
const untold = new Set(['first_message_id', 'is_recently_active', 'stream_weekly_traffic', 'subscribers'])
const personKeys = [
  'user_id',
  'email',
  'delivery_email',
  'full_name',
  'date_joined',
  'role',
  'is_owner',
  'is_admin',
  'is_guest',
  'is_bot',
  'timezone',
  'avatar_url',
  'avatar_version',
] as const
const factsOf = (channel: z.infer<typeof Channel>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(channel).filter(([key]) => !untold.has(key)))
/** Who came into a public channel and left between two polls hears of the removal alone, so settings count inside only. */
const withoutSettings = (facts: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(facts).filter(([key]) => !Object.hasOwn(SubscriptionSettings.shape, key)))
const personOf = (person: z.infer<typeof Person>, active: boolean): Record<string, unknown> => ({
  ...Object.fromEntries(personKeys.map((key) => [key, person[key]])),
  active,
})

/** What clients make of a role by themselves. */
const flagsOf = (role: number): Record<string, unknown> => ({
  role,
  is_owner: role === 100,
  is_admin: role <= 200,
  is_guest: role === 600,
})

const groupOf = ({
  members,
  direct_subgroup_ids: subgroups,
  ...facts
}: z.infer<typeof Group>): KnownGroup => ({
  facts,
  members: including([], members),
  subgroups: including([], subgroups),
})
const byId = (list: readonly { readonly id: number }[]): Record<number, unknown> =>
  Object.fromEntries(list.map((one) => [one.id, one]))
const Kept = z.looseObject({ id: z.int() })

/** What the organisation sets about itself, to whom it gives permissions, and how that looks to older clients. */
const told: readonly string[] = [
  ...Object.keys(organisationSettings),
  ...realmGroupSettings,
  'create_private_stream_policy',
  'create_public_stream_policy',
  'create_web_public_stream_policy',
  'wildcard_mention_policy',
]

function stateOf(answer: unknown): ClientState {
  const s = Snapshot.parse(answer)
  const channels: Record<number, KnownChannel> = {}
  const lists = [
    ['subscribed', s.subscriptions],
    ['unsubscribed', s.unsubscribed],
    ['never', s.never_subscribed],
  ] as const
  for (const [membership, list] of lists)
    for (const one of list)
      channels[one.stream_id] = {
        membership,
        facts: membership === 'subscribed' ? factsOf(one) : withoutSettings(factsOf(one)),
        subscribers: including([], one.subscribers),
      }
  expect(
    including(
      [],
      s.streams.map((one) => one.stream_id),
    ),
  ).toEqual(Object.keys(channels).map(Number))
  const unread: Record<number, string> = {}
  for (const { stream_id, topic, unread_message_ids } of s.unread_msgs.streams)
    for (const id of unread_message_ids) unread[id] = inTopic(stream_id, topic)
  for (const { other_user_id, unread_message_ids } of s.unread_msgs.pms)
    for (const id of unread_message_ids) unread[id] = among([s.user_id, other_user_id])
  for (const { user_ids_string, unread_message_ids } of s.unread_msgs.huddles)
    for (const id of unread_message_ids) unread[id] = among(user_ids_string.split(',').map(Number))
  expect(s.unread_msgs.count).toBe(Object.keys(unread).length)
  return {
    user: s.user_id,
    settings: { ...s.user_settings },
    accountDefaults: { ...s.realm_user_settings_defaults },
    realm: Object.fromEntries(told.map((name) => [`realm_${name}`, s[`realm_${name}`]])),
    surplus: new Set(),
    people: Object.fromEntries([
      ...s.realm_users.map((p) => [p.user_id, personOf(p, true)] as const),
      ...s.realm_non_active_users.map((p) => [p.user_id, personOf(p, false)] as const),
    ]),
    groups: Object.fromEntries(s.realm_user_groups.map((g) => [g.id, groupOf(g)])),
    channels,
    unread,
    mentions: including([], s.unread_msgs.mentions),
    defaults: s.realm_default_streams,
    folders: Object.fromEntries(s.channel_folders.map((folder) => [folder.id, folder])),
    starred: including([], s.starred_messages),
    drafts: byId(s.drafts),
    snippets: byId(s.saved_snippets),
    scheduled: scheduledById(s.scheduled_messages),
    reminders: remindersById(s.reminders),
    mutedUsers: s.muted_users,
    alertWords: s.alert_words,
    profileFields: s.custom_profile_fields,
    playgrounds: s.realm_playgrounds,
    views: Object.fromEntries(s.navigation_views.map((view) => [view.fragment, view])),
    profiles: filled(
      Object.fromEntries(
        [...s.realm_users, ...s.realm_non_active_users].map((p) => [p.user_id, p.profile_data ?? {}]),
      ),
    ),
    statuses: s.user_status,
    topics: Object.fromEntries(s.user_topics.map((set) => [inTopic(set.stream_id, set.topic_name), set])),
    maxMessage: s.max_message_id,
    direct: Object.fromEntries(
      s.recent_private_conversations.map((c) => [among([s.user_id, ...c.user_ids]), c.max_message_id]),
    ),
  }
}

const scheduledById = (list: readonly ScheduledMessage[]): Record<number, unknown> =>
  Object.fromEntries(list.map((one) => [one.scheduled_message_id, one]))
const remindersById = (list: readonly Reminder[]): Record<number, unknown> =>
  Object.fromEntries(list.map((one) => [one.reminder_id, one]))

const appliers: Readonly<Record<string, (state: ClientState, event: QueueEvent) => void>> = {
  'realm_user add'(state, event) {
    const person = Person.parse(event['person'])
    if (state.people[person.user_id]) throw new Error(`user ${person.user_id} is told of twice`)
    state.people[person.user_id] = personOf(person, true)
  },
  'realm_user update'(state, event) {
    const { user_id: user, ...changed } = z.looseObject({ user_id: z.int() }).parse(event['person'])
    const known = state.people[user]
    if (!known) throw new Error(`an update of user ${user}, who is not known`)
    if (typeof changed['role'] === 'number') Object.assign(known, flagsOf(changed['role']))
    else if (typeof changed['full_name'] === 'string') known['full_name'] = changed['full_name']
    else if (typeof changed['is_active'] === 'boolean') known['active'] = changed['is_active']
    else if (changed['custom_profile_field'] !== undefined) fill(state, user, changed['custom_profile_field'])
    else throw new Error('an update that this client does not know')
    if (changed['is_active'] !== false) return
    // Clients drop who left from every list by this event alone.
    dropNamed(state.realm, [user])
    for (const channel of Object.values(state.channels)) {
      dropNamed(channel.facts, [user])
      if (!channel.subscribers.includes(user)) continue
      channel.subscribers = without(channel.subscribers, [user])
      count(channel, -1)
    }
    for (const group of Object.values(state.groups)) {
      group.members = without(group.members, [user])
      dropNamed(group.facts, [user])
    }
  },
  'user_group add'(state, event) {
    const group = Group.parse(event['group'])
    if (state.groups[group.id]) throw new Error(`group ${group.id} is told of twice`)
    state.groups[group.id] = groupOf(group)
  },
  'user_group update'(state, event) {
    const data = z.record(z.string(), z.unknown()).parse(event['data'])
    Object.assign(groupIn(state, event).facts, data)
  },
  'user_group remove'(state, event) {
    groupIn(state, event)
    delete state.groups[z.int().parse(event['group_id'])]
  },
  'user_settings update'(state, event) {
    state.settings[String(event['property'])] = event['value']
  },
  'realm_user_settings_defaults update'(state, event) {
    state.accountDefaults[String(event['property'])] = event['value']
  },
  'realm update'(state, event) {
    const { property, value } = z.looseObject({ property: z.string(), value: z.unknown() }).parse(event)
    if (told.includes(property)) state.realm[`realm_${property}`] = value
  },
  'realm update_dict'(state, event) {
    for (const [name, value] of Object.entries(z.record(z.string(), z.unknown()).parse(event['data'])))
      state.realm[`realm_${name}`] = value
  },
  'user_group add_members'(state, event) {
    const group = groupIn(state, event)
    group.members = including(group.members, Ids.parse(event['user_ids']))
  },
  'user_group remove_members'(state, event) {
    const group = groupIn(state, event)
    group.members = without(group.members, Ids.parse(event['user_ids']))
  },
  'user_group add_subgroups'(state, event) {
    const group = groupIn(state, event)
    group.subgroups = including(group.subgroups, Ids.parse(event['direct_subgroup_ids']))
  },
  'user_group remove_subgroups'(state, event) {
    const group = groupIn(state, event)
    group.subgroups = without(group.subgroups, Ids.parse(event['direct_subgroup_ids']))
  },
  'stream create'(state, event) {
    for (const one of z.array(Channel).parse(event['streams']))
      state.channels[one.stream_id] ??= { membership: 'outside', facts: factsOf(one), subscribers: [] }
  },
  'stream delete'(state, event) {
    // One that came and was closed between two polls is not known, and its number says nothing.
    for (const id of Ids.parse(event['stream_ids'])) {
      delete state.channels[id]
      state.surplus.delete(id)
    }
  },
  'stream update'(state, event) {
    const { stream_id, property, value } = z
      .looseObject({ stream_id: z.int(), property: z.string() })
      .parse(event)
    const known = state.channels[stream_id]
    if (!known) throw new Error(`an update of channel ${stream_id}, which is not known`)
    const beside = ['rendered_description', 'history_public_to_subscribers', 'is_web_public']
    const rest = Object.entries(event).filter(([key]) => beside.includes(key))
    Object.assign(known.facts, { [property]: value, ...Object.fromEntries(rest) })
  },
  default_streams(state, event) {
    state.defaults = Ids.parse(event['default_streams'])
  },
  'channel_folder add'(state, event) {
    const folder = FolderObject.parse(event['channel_folder'])
    if (state.folders[folder.id]) throw new Error(`folder ${folder.id} is told of twice`)
    state.folders[folder.id] = folder
  },
  'channel_folder update'(state, event) {
    Object.assign(folderIn(state, z.int().parse(event['channel_folder_id'])), event['data'])
  },
  'channel_folder reorder'(state, event) {
    for (const [order, id] of Ids.parse(event['order']).entries()) folderIn(state, id).order = order
  },
  'subscription add'(state, event) {
    for (const one of z.array(Channel).parse(event['subscriptions']))
      state.channels[one.stream_id] = {
        membership: 'subscribed',
        facts: factsOf(one),
        subscribers: including([], one.subscribers),
      }
  },
  'subscription remove'(state, event) {
    for (const { stream_id: id } of z.array(Channel).parse(event['subscriptions'])) {
      const known = state.channels[id]
      if (!known) {
        state.surplus.add(id)
        continue
      }
      known.membership = 'unsubscribed'
      known.facts = withoutSettings(known.facts)
      leave(known, [state.user])
    }
  },
  'subscription peer_add'(state, event) {
    const { stream_ids, user_ids } = z.looseObject({ stream_ids: Ids, user_ids: Ids }).parse(event)
    for (const channel of stream_ids.flatMap((id) => state.channels[id] ?? [])) {
      count(channel, without(user_ids, channel.subscribers).length)
      channel.subscribers = including(channel.subscribers, user_ids)
    }
  },
  'subscription peer_remove'(state, event) {
    const { stream_ids, user_ids } = z.looseObject({ stream_ids: Ids, user_ids: Ids }).parse(event)
    for (const channel of stream_ids.flatMap((id) => state.channels[id] ?? [])) leave(channel, user_ids)
  },
  message(state, event) {
    const { message, flags } = z
      .looseObject({
        flags: z.array(z.string()),
        message: z.looseObject({
          id: z.int(),
          stream_id: z.int().optional(),
          subject: z.string(),
          display_recipient: z.union([z.string(), z.array(z.looseObject({ id: z.int() }))]),
        }),
      })
      .parse(event)
    const { id, stream_id: channel, display_recipient: recipient } = message
    const people = typeof recipient === 'string' ? null : among(recipient.map((person) => person.id))
    // Ids are in the order of the log: what is not newer than all that is known was in the snapshot already.
    if (id <= state.maxMessage) throw new Error(`message ${id} is told of twice`)
    state.maxMessage = id
    if (people) state.direct[people] = id
    if (flags.includes('read')) return
    state.unread[id] = people ?? inTopic(channel ?? 0, message.subject)
    if (flags.some((flag) => flag.endsWith('mentioned'))) state.mentions = including(state.mentions, [id])
  },
  'update_message_flags add'(state, event) {
    const { flag, messages } = z.looseObject({ flag: z.string(), messages: Ids }).parse(event)
    if (flag === 'starred') state.starred = including(state.starred, messages)
    // A mark on a message from outside the own channels makes it the reader's, as the newest one may be.
    if (flag !== 'read') state.maxMessage = Math.max(state.maxMessage, ...messages)
    if (flag === 'read') read(state, messages)
  },
  'reaction add'(state, event) {
    const { user_id: user, message_id: id } = z
      .looseObject({ user_id: z.int(), message_id: z.int() })
      .parse(event)
    // As with marks: a message from outside the own channels is the reader's from here on.
    if (user === state.user) state.maxMessage = Math.max(state.maxMessage, id)
  },
  update_message(state, event) {
    const { message_id, message_ids, flags, stream_id, subject } = z
      .looseObject({
        message_id: z.int(),
        message_ids: Ids,
        flags: z.array(z.string()),
        stream_id: z.int().optional(),
        subject: z.string().optional(),
      })
      .parse(event)
    if (subject !== undefined)
      for (const id of message_ids) if (state.unread[id]) state.unread[id] = inTopic(stream_id ?? 0, subject)
    if (!state.unread[message_id]) return
    const mentioned = flags.some((flag) => flag.endsWith('mentioned'))
    state.mentions = mentioned
      ? including(state.mentions, [message_id])
      : without(state.mentions, [message_id])
  },
  delete_message(state, event) {
    const { message_ids: ids } = z.looseObject({ message_ids: Ids }).parse(event)
    read(state, ids)
    state.starred = without(state.starred, ids)
    // What is the newest now, the event does not say.
    for (const [people, id] of Object.entries(state.direct))
      if (id !== null && ids.includes(id)) state.direct[people] = null
  },
  // A snapshot holds no reactions.
  'reaction remove'() {},
  'drafts add'(state, event) {
    Object.assign(state.drafts, byId(z.array(Kept).parse(event['drafts'])))
  },
  'drafts update'(state, event) {
    Object.assign(state.drafts, byId([Kept.parse(event['draft'])]))
  },
  'drafts remove'(state, event) {
    delete state.drafts[z.int().parse(event['draft_id'])]
  },
  'scheduled_messages add'(state, event) {
    const added = scheduledById(z.array(ScheduledMessage).parse(event['scheduled_messages']))
    for (const id of Object.keys(added))
      if (Object.hasOwn(state.scheduled, id)) throw new Error(`scheduled message ${id} is told of twice`)
    Object.assign(state.scheduled, added)
  },
  'scheduled_messages update'(state, event) {
    const changed = ScheduledMessage.parse(event['scheduled_message'])
    if (!state.scheduled[changed.scheduled_message_id])
      throw new Error('an update of a scheduled message that is not known')
    Object.assign(state.scheduled, scheduledById([changed]))
  },
  'scheduled_messages remove'(state, event) {
    delete state.scheduled[z.int().parse(event['scheduled_message_id'])]
  },
  'reminders add'(state, event) {
    Object.assign(state.reminders, remindersById(z.array(Reminder).parse(event['reminders'])))
  },
  'reminders remove'(state, event) {
    delete state.reminders[z.int().parse(event['reminder_id'])]
  },
  'saved_snippets add'(state, event) {
    Object.assign(state.snippets, byId([Kept.parse(event['saved_snippet'])]))
  },
  user_status(state, event) {
    const { user_id: id, ...told } = z.looseObject({ user_id: z.int() }).parse(event)
    const set = { ...state.statuses[id], ...UserStatus.partial().loose().parse(told) }
    const { status_text, emoji_name, emoji_code, reaction_type } = set
    state.statuses[id] = {
      ...(status_text ? { status_text } : {}),
      ...(emoji_name ? { emoji_name, emoji_code, reaction_type } : {}),
    }
    if (!status_text && !emoji_name) delete state.statuses[id]
  },
  custom_profile_fields(state, event) {
    const fields = z.array(Kept).parse(event['fields'])
    state.profileFields = fields
    // What was in a field goes with it.
    const ids = new Set(fields.map(({ id }) => String(id)))
    for (const profile of Object.values(state.profiles))
      for (const id of Object.keys(profile)) if (!ids.has(id)) delete profile[id]
    state.profiles = filled(state.profiles)
  },
  realm_playgrounds(state, event) {
    state.playgrounds = event['realm_playgrounds']
  },
  'navigation_view add'(state, event) {
    const view = View.parse(event['navigation_view'])
    state.views[view.fragment] = view
  },
  'navigation_view update'(state, event) {
    const { fragment, data } = z.looseObject({ fragment: z.string(), data: z.looseObject({}) }).parse(event)
    state.views[fragment] = { ...View.parse(state.views[fragment]), ...data }
  },
  'navigation_view remove'(state, event) {
    delete state.views[z.string().parse(event['fragment'])]
  },
  alert_words(state, event) {
    state.alertWords = event['alert_words']
  },
  muted_users(state, event) {
    state.mutedUsers = event['muted_users']
  },
  user_topic(state, event) {
    const set = UserTopic.parse(event)
    const topic = inTopic(set.stream_id, set.topic_name)
    if (set.visibility_policy === 0) delete state.topics[topic]
    else state.topics[topic] = set
  },
  // It names channels, which are renamed without it; what it lists is in `user_topics` too.
  'subscription update'(state, event) {
    const { stream_id: id, property } = z
      .looseObject({ stream_id: z.int(), property: z.string() })
      .parse(event)
    const known = state.channels[id]
    if (known?.membership !== 'subscribed') throw new Error(`a setting of channel ${id}, which one is not in`)
    known.facts[property] = event['value']
  },
  'update_message_flags remove'(state, event) {
    const { flag, messages } = z.looseObject({ flag: z.string(), messages: Ids }).parse(event)
    if (flag === 'starred') state.starred = without(state.starred, messages)
    if (flag !== 'read') return
    const Detail = z.looseObject({
      mentioned: z.boolean().default(false),
      user_ids: Ids.optional(),
      stream_id: z.int().optional(),
      topic: z.string().optional(),
    })
    for (const [id, detail] of Object.entries(z.record(z.string(), Detail).parse(event['message_details']))) {
      state.unread[Number(id)] = detail.user_ids
        ? among([state.user, ...detail.user_ids])
        : inTopic(detail.stream_id ?? 0, detail.topic ?? '')
      if (detail.mentioned) state.mentions = including(state.mentions, [Number(id)])
    }
  },
}

function folderIn(state: ClientState, id: number): FolderObject {
  const folder = state.folders[id]
  if (!folder) throw new Error(`a change of folder ${id}, which is not known`)
  return folder
}

const filled = (profiles: ClientState['profiles']): ClientState['profiles'] =>
  Object.fromEntries(Object.entries(profiles).filter(([, profile]) => Object.keys(profile).length > 0))

function fill(state: ClientState, user: number, changed: unknown): void {
  const { id, ...now } = z.looseObject({ id: z.int(), value: z.string().nullable() }).parse(changed)
  const { [id]: _, ...others } = state.profiles[user] ?? {}
  state.profiles = filled({
    ...state.profiles,
    [user]: now.value === null ? others : { ...others, [id]: now },
  })
}

function groupIn(state: ClientState, event: QueueEvent): KnownGroup {
  const id = z.int().parse(event['group_id'])
  const group = state.groups[id]
  if (!group) throw new Error(`a change of group ${id}, which is not known`)
  return group
}

/** Drops people from the permissions that name people in place. */
function dropNamed(facts: Record<string, unknown>, users: readonly number[]): void {
  for (const [key, value] of Object.entries(facts)) {
    const named = NamedInPlace.safeParse(value)
    if (named.success)
      facts[key] = { ...named.data, direct_members: without(named.data.direct_members, users) }
  }
}

function cameBack(person: unknown): number[] {
  const { success, data } = z.looseObject({ user_id: z.int(), is_active: z.literal(true) }).safeParse(person)
  return success ? [data.user_id] : []
}

function count(channel: KnownChannel, more: number): void {
  channel.facts['subscriber_count'] = z.int().parse(channel.facts['subscriber_count']) + more
}

function leave(channel: KnownChannel, users: readonly number[]): void {
  const left = without(channel.subscribers, users)
  count(channel, left.length - channel.subscribers.length)
  channel.subscribers = left
}

function read(state: ClientState, messages: readonly number[]): void {
  for (const id of messages) delete state.unread[id]
  state.mentions = without(state.mentions, messages)
}

/**
 * Fails unless a client that registered with `before` and applied `events` knows what one that registers now is told
 * (`fresh`): people, groups, channels, subscriptions, unread and starred messages, conversations. Both registered for all
 * event types, with `include_subscribers` and the capability `empty_topic_name`.
 */
export function expectSnapshotEqual(before: unknown, events: readonly QueueEvent[], fresh: unknown): void {
  const state = stateOf(before)
  // What passes beside the log changes nothing that is kept.
  for (const event of events.filter(({ type }) => !passes(type))) {
    const name = event.op === undefined ? event.type : `${event.type} ${event.op}`
    const apply = appliers[name]
    if (!apply) throw new Error(`this client does not know the event ${name}: teach it`)
    apply(state, event)
  }
  const { maxMessage, direct, ...rest } = stateOf(fresh)
  for (const [id, channel] of Object.entries(state.channels)) {
    const now = rest.channels[Number(id)]?.membership
    if (channel.membership === 'outside' && now && now !== 'subscribed') channel.membership = now
  }
  const deleted = events.some(({ type }) => type === 'delete_message')
  for (const [people, newest] of Object.entries(state.direct)) {
    if (newest !== null) continue
    delete state.direct[people]
    delete direct[people]
  }
  // No event puts who comes back into permissions again that name people in place.
  const back = events.flatMap(({ type, op, ...event }) =>
    type === 'realm_user' && op === 'update' ? cameBack(event['person']) : [],
  )
  for (const known of [state, rest]) {
    dropNamed(known.realm, back)
    for (const { facts } of [...Object.values(known.channels), ...Object.values(known.groups)])
      dropNamed(facts, back)
  }
  // Who left a channel may have had newer messages of it than may be read now, or never got those sent just before.
  const left = events.some(
    ({ type, op }) => (type === 'subscription' && op === 'remove') || (type === 'stream' && op === 'delete'),
  )
  if (!left && !deleted) expect(maxMessage).toBe(state.maxMessage)
  expect(state).toEqual({ ...rest, direct, maxMessage: state.maxMessage })
}
