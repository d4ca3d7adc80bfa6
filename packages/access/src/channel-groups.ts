import { type GroupId, groupId } from '@parley/core'
import { type SystemGroupName, systemGroupId } from './system-groups.ts'

/** The permissions in a channel that somebody may be given (Zulip API: channel permission settings). */
export const channelGroupSettings = [
  'can_add_subscribers_group',
  'can_administer_channel_group',
  'can_create_topic_group',
  'can_delete_any_message_group',
  'can_delete_own_message_group',
  'can_move_messages_out_of_channel_group',
  'can_move_messages_within_channel_group',
  'can_remove_subscribers_group',
  'can_resolve_topics_group',
  'can_send_message_group',
  'can_subscribe_group',
] as const
export type ChannelGroupSetting = (typeof channelGroupSettings)[number]

/** The group that each permission in a channel is given to. */
export type ChannelGroups = Readonly<Record<ChannelGroupSetting, GroupId>>

const system = (name: SystemGroupName): GroupId => groupId(systemGroupId[name])

/** What a channel that the server made starts with; whoever makes one administers it. */
export const defaultChannelGroups: ChannelGroups = {
  can_add_subscribers_group: system('role:nobody'),
  can_administer_channel_group: system('role:nobody'),
  can_create_topic_group: system('role:everyone'),
  can_delete_any_message_group: system('role:nobody'),
  can_delete_own_message_group: system('role:nobody'),
  can_move_messages_out_of_channel_group: system('role:nobody'),
  can_move_messages_within_channel_group: system('role:nobody'),
  can_remove_subscribers_group: system('role:administrators'),
  can_resolve_topics_group: system('role:nobody'),
  can_send_message_group: system('role:everyone'),
  can_subscribe_group: system('role:nobody'),
}
