import { z } from 'zod'
import { bool, json, type Param, text, word } from '../param.ts'
import { setting, type Settings } from '../settings/setting.ts'

const week = 604_800
/** Longest text that greets who is new, in characters (Zulip API: `welcome_message_custom_text`). */
export const maxWelcomeLength = 8000
const owners = { ownersOnly: true }
/** A limit in seconds; null is none, which is sent as "unlimited". */
const limit = (): Param<number | null> =>
  json(z.union([z.int().min(1).max(2_147_483_647), z.literal('unlimited').transform(() => null)]))
const oneOf = (...numbers: readonly number[]): Param<number> =>
  json(z.int().refine((n) => numbers.includes(n)))
const channel = (): Param<number> => json(z.int())
export const languageCode = (): Param<string> => {
  const param = text(50)
  return { ...param, schema: param.schema.refine((code) => /^[a-z]{2,3}(?:[-_][A-Za-z]{2,8})?$/.test(code)) }
}
const notBlank = (max: number): Param<string> => {
  const param = text(max)
  const trimmed = param.schema.transform((value) => value.trim())
  return { ...param, schema: trimmed.pipe(z.string().min(1)) }
}

/**
 * What an organisation may set about itself, beside who may do what (Zulip API: `realm_*` of register-queue). A copy of
 * each stands there under this name behind `realm_`.
 */
export const organisationSettings: Settings = {
  name: setting(notBlank(40), ''),
  description: setting(text(1000), ''),
  org_type: setting(oneOf(0, 10, 20, 30, 35, 40, 50, 60, 70, 80, 90, 100, 1000), 0),
  default_language: setting(languageCode(), 'en'),
  want_advertise_in_communities_directory: setting(bool(), false),

  allow_message_editing: setting(bool(), true),
  message_content_edit_limit_seconds: setting(limit(), 600),
  message_content_delete_limit_seconds: setting(limit(), 600),
  move_messages_within_stream_limit_seconds: setting(limit(), week),
  move_messages_between_streams_limit_seconds: setting(limit(), week),
  message_edit_history_visibility_policy: setting(word(['all', 'moves', 'none']), 'all'),
  enable_read_receipts: setting(bool(), false),
  // Shorter than the server's, and told by their own names.
  max_message_length: setting(json(z.int().min(100).max(10_000)), 10_000),
  max_topic_length: setting(json(z.int().min(10).max(60)), 60),
  default_code_block_language: setting(text(40), ''),
  inline_image_preview: setting(bool(), true),
  inline_url_embed_preview: setting(bool(), false),
  message_content_allowed_in_email_notifications: setting(bool(), true),
  topics_policy: setting(word(['allow_empty_topic', 'disable_empty_topic']), 'allow_empty_topic'),
  message_retention_days: setting(
    json(z.union([z.int().min(1).max(1_000_000), z.literal('unlimited').transform(() => -1)])),
    -1,
    owners,
  ),

  name_changes_disabled: setting(bool(), false),
  email_changes_disabled: setting(bool(), false),
  avatar_changes_disabled: setting(bool(), false),
  require_unique_names: setting(bool(), false),
  waiting_period_threshold: setting(json(z.int().min(0).max(2_147_483_647)), 0, owners),
  invite_required: setting(bool(), true, owners),
  emails_restricted_to_domains: setting(bool(), false, owners),
  disallow_disposable_email_addresses: setting(bool(), true, owners),

  enable_spectator_access: setting(bool(), false),
  enable_guest_user_indicator: setting(bool(), true),
  enable_guest_user_dm_warning: setting(bool(), true),
  presence_disabled: setting(bool(), false),
  digest_emails_enabled: setting(bool(), false),
  digest_weekday: setting(json(z.int().min(0).max(6)), 1),
  send_welcome_emails: setting(bool(), true),
  send_channel_events_messages: setting(bool(), false),
  welcome_message_custom_text: setting(text(maxWelcomeLength), ''),
  require_e2ee_push_notifications: setting(bool(), false),

  video_chat_provider: setting(oneOf(0, 1), 1),
  jitsi_server_url: setting(
    json(z.union([z.literal('default').transform(() => null), z.url({ protocol: /^https?$/ }).max(200)])),
    null,
  ),
  giphy_rating: setting(json(z.int().min(0).max(4)), 2),

  new_stream_announcements_stream_id: setting(channel(), -1),
  signup_announcements_stream_id: setting(channel(), -1),
  zulip_update_announcements_stream_id: setting(channel(), -1),
  moderation_request_channel_id: setting(channel(), -1),
}
