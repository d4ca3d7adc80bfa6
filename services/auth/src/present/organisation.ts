import {
  emojiDataPath,
  maxFolderDescriptionLength,
  maxFolderNameLength,
  reportTypes,
  type SettingValues,
} from '@parley/api'
import { permissionSettings } from '@parley/access'
import type { Organisation } from '../repo/organisations.ts'
import { legacyPolicies } from '../rules/legacy-policies.ts'
import { passwordPolicy } from '../rules/password-strength.ts'
import type { RealmPermissionValues } from './realm-permissions.ts'

/** What nobody can change yet, at Zulip's defaults. */
const settings = {
  realm_authentication_methods: { Email: { enabled: true, available: true } },
  realm_available_video_chat_providers: {
    disabled: { name: 'None', id: 0 },
    jitsi_meet: { name: 'Jitsi Meet', id: 1 },
  },
  realm_default_external_accounts: {},
  realm_email_auth_enabled: true,
  realm_empty_topic_display_name: 'general chat',
  realm_owner_full_content_access: false,
  realm_password_auth_enabled: true,
  realm_plan_type: 1,
  realm_push_notifications_enabled: false,
  realm_push_notifications_enabled_end_timestamp: null,
  realm_upload_quota_mib: null,
}

/** Limits and facts of the server itself; they come with the organisation's settings. */
const server = {
  development_environment: false,
  event_queue_longpoll_timeout_seconds: 90,
  gif_rating_options: { disabled: { name: 'GIFs disabled', id: 0 } },
  max_avatar_file_size_mib: 5,
  max_bulk_new_subscription_messages: 100,
  max_channel_folder_description_length: maxFolderDescriptionLength,
  max_channel_folder_name_length: maxFolderNameLength,
  max_file_upload_size_mib: 100,
  max_icon_file_size_mib: 5,
  max_logo_file_size_mib: 5,
  max_reminder_note_length: 500,
  password_max_length: passwordPolicy.maxLength,
  password_min_guesses: passwordPolicy.minGuesses,
  password_min_length: passwordPolicy.minLength,
  server_avatar_changes_disabled: false,
  server_can_summarize_topics: false,
  server_generation: 0,
  server_inline_image_preview: false,
  server_inline_url_embed_preview: false,
  server_jitsi_server_url: null,
  server_max_deactivated_realm_deletion_days: null,
  server_min_deactivated_realm_deletion_days: 14,
  server_name_changes_disabled: false,
  server_needs_upgrade: false,
  server_presence_offline_threshold_seconds: 200,
  server_presence_ping_interval_seconds: 60,
  server_report_message_types: Object.entries(reportTypes).map(([key, name]) => ({ key, name })),
  server_supported_permission_settings: permissionSettings,
  server_thumbnail_formats: [],
  server_typing_started_expiry_period_milliseconds: 45_000,
  server_typing_started_wait_period_milliseconds: 30_000,
  server_typing_stopped_wait_period_milliseconds: 12_000,
  settings_send_digest_emails: false,
  tenor_api_key: null,
  upgrade_text_for_wide_organization_logo: '',
  zulip_plan_is_not_limited: true,
}

const ofRealm = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`realm_${name}`, value]))

/** What the organisation sets about itself, with what older clients read of it. */
const ownSettings = ({
  max_message_length,
  max_topic_length,
  ...values
}: SettingValues): Record<string, unknown> => ({
  ...ofRealm(values),
  max_message_length,
  max_topic_length,
  realm_allow_edit_history: values['message_edit_history_visibility_policy'] !== 'none',
  realm_mandatory_topics: values['topics_policy'] === 'disable_empty_topic',
})

/**
 * Everything that `register` says of the organisation and the server.
 * @param permissions to whom the organisation gives them, with people and groups named in place
 * @param url the organisation's, no slash at the end
 * @param webPublic does the server let there be web-public channels?
 */
export const realmState = (
  organisation: Organisation,
  permissions: RealmPermissionValues,
  url: string,
  webPublic: boolean,
): Record<string, unknown> => ({
  ...settings,
  ...ownSettings(organisation.values),
  ...ofRealm(permissions),
  ...ofRealm(legacyPolicies(organisation.groups)),
  ...server,
  realm_bot_domain: new URL(url).hostname,
  realm_date_created: Math.floor(organisation.created_at.getTime() / 1000),
  realm_uri: url,
  realm_url: url,
  server_emoji_data_url: url + emojiDataPath,
  server_web_public_streams_enabled: webPublic,
})
