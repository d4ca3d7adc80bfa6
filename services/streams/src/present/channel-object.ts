import type { ChannelGroupSetting } from '@parley/access'
import type { ChannelObject } from '@parley/api'
import type { ChannelRow } from '../repo/channel-row.ts'
import type { KnownChannel } from '../repo/known-channels.ts'
import { postPolicy } from '../rules/settings.ts'

const activeSeconds = 180 * 24 * 3600

/** What clients see a permission set to. */
const settingOf = (row: ChannelRow, name: ChannelGroupSetting): ChannelObject[ChannelGroupSetting] =>
  row.setting_values[row[name]] ?? row[name]

/** The row of a channel of a list, as it is read by itself. */
export const channelRowOf = ({ standing, ...counted }: KnownChannel): ChannelRow => ({
  ...standing.row,
  ...counted,
})

/** Was it made, or a message sent to it, in the last half year? In Unix seconds. `nowMs`: the wall clock. */
export const isRecentlyActive = (createdAt: number, lastSentAt: number | null, nowMs: number): boolean =>
  nowMs / 1000 - Math.max(createdAt, lastSentAt ?? 0) < activeSeconds

/** A channel as clients see it. `nowMs`: the wall clock. */
export function channelObject(row: ChannelRow, nowMs: number): ChannelObject {
  return {
    stream_id: row.channel_id,
    name: row.name,
    description: row.description,
    rendered_description: row.rendered_description,
    date_created: row.created_at,
    creator_id: row.creator_id,
    invite_only: row.invite_only,
    is_web_public: row.is_web_public,
    history_public_to_subscribers: row.history_public_to_subscribers,
    is_archived: row.archived,
    is_announcement_only: postPolicy(row.can_send_message_group) === 2,
    stream_post_policy: postPolicy(row.can_send_message_group),
    message_retention_days: row.message_retention_days,
    first_message_id: row.first_message_id,
    is_recently_active: isRecentlyActive(row.created_at, row.last_sent_at, nowMs),
    // Zulip's "not known yet": nothing counts traffic.
    stream_weekly_traffic: null,
    folder_id: row.folder_id,
    topics_policy: row.topics_policy,
    subscriber_count: row.subscriber_count,
    can_add_subscribers_group: settingOf(row, 'can_add_subscribers_group'),
    can_administer_channel_group: settingOf(row, 'can_administer_channel_group'),
    can_create_topic_group: settingOf(row, 'can_create_topic_group'),
    can_delete_any_message_group: settingOf(row, 'can_delete_any_message_group'),
    can_delete_own_message_group: settingOf(row, 'can_delete_own_message_group'),
    can_move_messages_out_of_channel_group: settingOf(row, 'can_move_messages_out_of_channel_group'),
    can_move_messages_within_channel_group: settingOf(row, 'can_move_messages_within_channel_group'),
    can_remove_subscribers_group: settingOf(row, 'can_remove_subscribers_group'),
    can_resolve_topics_group: settingOf(row, 'can_resolve_topics_group'),
    can_send_message_group: settingOf(row, 'can_send_message_group'),
    can_subscribe_group: settingOf(row, 'can_subscribe_group'),
  }
}
