import {
  DefaultGroupObject,
  EmojiById,
  FolderObject,
  RealmDomain,
  Reminder,
  ScheduledMessage,
  UserStatus,
  UserTopic,
} from '@parley/api'
import { z } from 'zod'
import { Bot } from './bots.ts'

export const Ids = z.array(z.int())
export const Person = z.looseObject({
  user_id: z.int(),
  profile_data: z.record(z.string(), z.unknown()).optional(),
})
export const Channel = z.looseObject({ stream_id: z.int(), subscribers: Ids.default([]) })
export const Group = z.looseObject({ id: z.int(), members: Ids, direct_subgroup_ids: Ids })
const Unread = z.object({
  count: z.int(),
  streams: z.array(z.object({ stream_id: z.int(), topic: z.string(), unread_message_ids: Ids })),
  pms: z.array(z.object({ other_user_id: z.int(), unread_message_ids: Ids })),
  huddles: z.array(z.object({ user_ids_string: z.string(), unread_message_ids: Ids })),
  mentions: Ids,
})
export const View = z.looseObject({ fragment: z.string() })
/** What is kept under a number. */
export const Kept = z.looseObject({ id: z.int() })
/** What `register` answers, as far as it is compared. */
export const Snapshot = z.looseObject({
  user_id: z.int(),
  user_settings: z.record(z.string(), z.unknown()),
  realm_user_settings_defaults: z.record(z.string(), z.unknown()),
  realm_users: z.array(Person),
  realm_non_active_users: z.array(Person),
  realm_bots: z.array(Bot),
  realm_user_groups: z.array(Group),
  streams: z.array(Channel),
  subscriptions: z.array(Channel),
  unsubscribed: z.array(Channel),
  never_subscribed: z.array(Channel),
  realm_default_streams: Ids,
  realm_default_stream_groups: z.array(DefaultGroupObject),
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
  realm_domains: z.array(RealmDomain),
  realm_playgrounds: z.array(z.looseObject({ id: z.int() })),
  realm_linkifiers: z.array(z.looseObject({ id: z.int() })),
  realm_emoji: EmojiById,
  navigation_views: z.array(View),
  user_topics: z.array(UserTopic),
  user_status: z.record(z.string(), UserStatus),
  recent_private_conversations: z.array(z.object({ user_ids: Ids, max_message_id: z.int() })),
})
