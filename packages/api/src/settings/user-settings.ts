import { z } from 'zod'
import { languageCode } from '../organisation/organisation-settings.ts'
import { bool, json, type Param, text, word } from '../param.ts'
import { setting, type Settings } from './setting.ts'

const oneOf = (...numbers: readonly number[]): Param<number> =>
  json(z.int().refine((n) => numbers.includes(n)))

/** Spelled as the IANA database spells them, which is more than that the names are found. */
const zoneName = /^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*){0,2}$/
const isTimeZone = (name: string): boolean => {
  if (!zoneName.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
/** The name of a time zone in the IANA database, older names too. It is no setting of `userSettings`: all others are told it. */
export const timeZone = (): Param<string> => {
  const param = text(40)
  return { ...param, schema: param.schema.refine(isTimeZone) }
}

/** What an account sets for itself, and what a new account begins with (Zulip API: `user_settings` of register-queue). */
export const userSettings: Settings = {
  twenty_four_hour_time: setting(bool(), false),
  web_mark_read_on_scroll_policy: setting(oneOf(1, 2, 3), 1),
  web_channel_default_view: setting(oneOf(1, 2), 1),
  starred_message_counts: setting(bool(), true),
  receives_typing_notifications: setting(bool(), true),
  web_suggest_update_timezone: setting(bool(), true),
  fluid_layout_width: setting(bool(), false),
  high_contrast_mode: setting(bool(), false),
  web_font_size_px: setting(json(z.int().min(12).max(20)), 16),
  web_line_height_percent: setting(json(z.int().min(100).max(200)), 140),
  color_scheme: setting(oneOf(1, 2, 3), 1),
  translate_emoticons: setting(bool(), false),
  display_emoji_reaction_users: setting(bool(), true),
  default_language: setting(languageCode(), 'en'),
  web_home_view: setting(word(['recent', 'recent_topics', 'inbox', 'all_messages']), 'inbox'),
  web_escape_navigates_to_home_view: setting(bool(), true),
  left_side_userlist: setting(bool(), false),
  emojiset: setting(word(['google', 'twitter', 'text', 'google-blob']), 'google'),
  demote_inactive_streams: setting(oneOf(1, 2, 3), 1),
  user_list_style: setting(oneOf(1, 2, 3), 2),
  web_animate_image_previews: setting(word(['always', 'on_hover', 'never']), 'on_hover'),
  web_stream_unreads_count_display_policy: setting(oneOf(1, 2, 3), 2),
  hide_ai_features: setting(bool(), false),
  enable_stream_desktop_notifications: setting(bool(), false),
  enable_stream_email_notifications: setting(bool(), false),
  enable_stream_push_notifications: setting(bool(), false),
  enable_stream_audible_notifications: setting(bool(), false),
  notification_sound: setting(word(['zulip', 'chime', 'ding', 'none']), 'zulip'),
  enable_desktop_notifications: setting(bool(), true),
  enable_sounds: setting(bool(), true),
  enable_offline_email_notifications: setting(bool(), true),
  enable_offline_push_notifications: setting(bool(), true),
  enable_online_push_notifications: setting(bool(), true),
  enable_followed_topic_desktop_notifications: setting(bool(), true),
  enable_followed_topic_email_notifications: setting(bool(), true),
  enable_followed_topic_push_notifications: setting(bool(), true),
  enable_followed_topic_audible_notifications: setting(bool(), true),
  enable_digest_emails: setting(bool(), true),
  enable_marketing_emails: setting(bool(), false),
  enable_login_emails: setting(bool(), true),
  message_content_in_email_notifications: setting(bool(), true),
  pm_content_in_desktop_notifications: setting(bool(), true),
  wildcard_mentions_notify: setting(bool(), true),
  enable_followed_topic_wildcard_mentions_notify: setting(bool(), true),
  desktop_icon_count_display: setting(oneOf(1, 2, 3, 4), 1),
  realm_name_in_email_notifications_policy: setting(oneOf(1, 2, 3), 1),
  // 1 whenever one takes part, 2 when one sends to it, 3 when one begins it, 4 never.
  automatically_follow_topics_policy: setting(oneOf(1, 2, 3, 4), 4),
  automatically_unmute_topics_in_muted_streams_policy: setting(oneOf(1, 2, 3, 4), 4),
  automatically_follow_topics_where_mentioned: setting(bool(), false),
  presence_enabled: setting(bool(), true),
  enter_sends: setting(bool(), false),
  enable_drafts_synchronization: setting(bool(), true),
  email_notifications_batching_period_seconds: setting(json(z.int().min(1).max(604_800)), 120),
  send_private_typing_notifications: setting(bool(), true),
  send_stream_typing_notifications: setting(bool(), true),
  send_read_receipts: setting(bool(), true),
  allow_private_data_export: setting(bool(), false),
  email_address_visibility: setting(oneOf(1, 2, 3, 4, 5), 1),
  web_navigate_to_sent_message: setting(bool(), true),
  resolved_topic_notice_auto_read_policy: setting(
    word(['always', 'except_followed', 'never']),
    'except_followed',
  ),
  web_left_sidebar_unreads_count_summary: setting(bool(), true),
  web_left_sidebar_show_channel_folders: setting(bool(), true),
  web_inbox_show_channel_folders: setting(bool(), true),
}

/** These say of which topics one hears more by itself. */
export const automaticTopicSettings: readonly string[] = [
  'automatically_follow_topics_policy',
  'automatically_unmute_topics_in_muted_streams_policy',
  'automatically_follow_topics_where_mentioned',
]

/** These are each person's own: an organisation has no default of them. */
const personal = new Set([
  'allow_private_data_export',
  'default_language',
  'enable_login_emails',
  'enable_marketing_emails',
])
export const defaultableSettings: Settings = Object.fromEntries(
  Object.entries(userSettings).filter(([name]) => !personal.has(name)),
)
