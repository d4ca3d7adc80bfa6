import { topicsPolicies } from '@parley/access'
import { z } from 'zod'

/** Zulip API: group-setting value. */
const GroupSetting = z.union([
  z.int(),
  z.object({ direct_members: z.array(z.int()), direct_subgroups: z.array(z.int()) }),
])

const settings = {
  stream_id: z.int(),
  name: z.string(),
  description: z.string(),
  rendered_description: z.string(),
  /** Unix seconds. */
  date_created: z.int(),
  creator_id: z.int().nullable(),
  invite_only: z.boolean(),
  is_web_public: z.boolean(),
  history_public_to_subscribers: z.boolean(),
  is_archived: z.boolean(),
  is_announcement_only: z.boolean(),
  stream_post_policy: z.int(),
  message_retention_days: z.int().nullable(),
  first_message_id: z.int().nullable(),
  is_recently_active: z.boolean(),
  stream_weekly_traffic: z.int().nullable(),
  folder_id: z.int().nullable(),
  topics_policy: z.enum(topicsPolicies),
  subscriber_count: z.int(),
  can_add_subscribers_group: GroupSetting,
  can_administer_channel_group: GroupSetting,
  can_create_topic_group: GroupSetting,
  can_delete_any_message_group: GroupSetting,
  can_delete_own_message_group: GroupSetting,
  can_move_messages_out_of_channel_group: GroupSetting,
  can_move_messages_within_channel_group: GroupSetting,
  can_remove_subscribers_group: GroupSetting,
  can_resolve_topics_group: GroupSetting,
  can_send_message_group: GroupSetting,
  can_subscribe_group: GroupSetting,
}

/** A channel as clients see it (Zulip API: get-streams). */
export const ChannelObject = z.object(settings)
export type ChannelObject = z.infer<typeof ChannelObject>

/** What one subscriber set for the channel; null inherits the account's setting. */
export const SubscriptionSettings = z.object({
  color: z.string(),
  is_muted: z.boolean(),
  in_home_view: z.boolean(),
  pin_to_top: z.boolean(),
  desktop_notifications: z.boolean().nullable(),
  audible_notifications: z.boolean().nullable(),
  push_notifications: z.boolean().nullable(),
  email_notifications: z.boolean().nullable(),
  wildcard_mentions_notify: z.boolean().nullable(),
})
export type SubscriptionSettings = z.infer<typeof SubscriptionSettings>

/** A channel with the viewer's own subscription (Zulip API: get-subscriptions). */
export const SubscriptionObject = ChannelObject.extend(SubscriptionSettings.shape).extend({
  /** Ids of the active subscribers; only where they were asked for. */
  subscribers: z.array(z.int()).optional(),
})
export type SubscriptionObject = z.infer<typeof SubscriptionObject>
