import { expect } from 'vitest'
import { factsOf, withoutSettings } from './channels.ts'
import { groupOf } from './groups.ts'
import { keyOf, told } from './organisation.ts'
import { remindersById, scheduledById } from './own.ts'
import { filled, personOf, pictureOf } from './people.ts'
import { Snapshot } from './snapshot.ts'
import { among, byId, type ClientState, including, inTopic, type KnownChannel } from './state.ts'

/** What a client knows that was told `answer` by `register`. */
export function stateOf(answer: unknown): ClientState {
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
    picture: pictureOf(s),
    settings: { ...s.user_settings },
    accountDefaults: { ...s.realm_user_settings_defaults },
    realm: Object.fromEntries(told.map((name) => [keyOf(name), s[keyOf(name)]])),
    surplus: new Set(),
    people: Object.fromEntries([
      ...s.realm_users.map((p) => [p.user_id, personOf(p, true)] as const),
      ...s.realm_non_active_users.map((p) => [p.user_id, personOf(p, false)] as const),
    ]),
    groups: Object.fromEntries(s.realm_user_groups.map((g) => [g.id, groupOf(g)])),
    bots: Object.fromEntries(s.realm_bots.map((bot) => [bot.user_id, bot])),
    channels,
    unread,
    mentions: including([], s.unread_msgs.mentions),
    defaults: s.realm_default_streams,
    defaultGroups: s.realm_default_stream_groups,
    folders: Object.fromEntries(s.channel_folders.map((folder) => [folder.id, folder])),
    starred: including([], s.starred_messages),
    drafts: byId(s.drafts),
    snippets: byId(s.saved_snippets),
    scheduled: scheduledById(s.scheduled_messages),
    reminders: remindersById(s.reminders),
    mutedUsers: s.muted_users,
    alertWords: s.alert_words,
    profileFields: s.custom_profile_fields,
    domains: Object.fromEntries(s.realm_domains.map((one) => [one.domain, one])),
    playgrounds: s.realm_playgrounds,
    linkifiers: s.realm_linkifiers,
    emoji: s.realm_emoji,
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
