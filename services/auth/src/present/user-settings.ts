import type { SettingValues } from '@parley/api'

const choices = {
  available_notification_sounds: ['zulip', 'chime', 'ding'],
  emojiset_choices: [
    { key: 'google', text: 'Google' },
    { key: 'twitter', text: 'Twitter' },
    { key: 'text', text: 'Plain text' },
    { key: 'google-blob', text: 'Google blobs' },
  ],
}

/** Settings as `register` has them: beside what there is to choose from. */
export const settingsObject = (values: SettingValues): Record<string, unknown> => ({ ...values, ...choices })

const pick =
  (...keys: readonly string[]) =>
  (values: SettingValues): Record<string, unknown> => {
    const all = settingsObject(values)
    return Object.fromEntries(keys.map((key) => [key, all[key]]))
  }

/** Copies at the top level for clients from before `user_settings`: how things look. */
export const legacyDisplaySettings = pick(
  'color_scheme',
  'default_language',
  'demote_inactive_streams',
  'emojiset',
  'emojiset_choices',
  'enable_drafts_synchronization',
  'enter_sends',
  'fluid_layout_width',
  'high_contrast_mode',
  'left_side_userlist',
  'receives_typing_notifications',
  'starred_message_counts',
  'translate_emoticons',
  'twenty_four_hour_time',
  'web_home_view',
)

/** The same for what one is told of. */
export const legacyNotificationSettings = pick(
  'available_notification_sounds',
  'desktop_icon_count_display',
  'email_notifications_batching_period_seconds',
  'enable_desktop_notifications',
  'enable_digest_emails',
  'enable_login_emails',
  'enable_marketing_emails',
  'enable_offline_email_notifications',
  'enable_offline_push_notifications',
  'enable_online_push_notifications',
  'enable_sounds',
  'enable_stream_audible_notifications',
  'enable_stream_desktop_notifications',
  'enable_stream_email_notifications',
  'enable_stream_push_notifications',
  'message_content_in_email_notifications',
  'notification_sound',
  'pm_content_in_desktop_notifications',
  'presence_enabled',
  'realm_name_in_email_notifications_policy',
  'wildcard_mentions_notify',
)
