import {
  type Actor,
  type ChannelGroups,
  channelGroupSettings,
  type ChannelGroupSetting,
  mayHold,
  permissionSettings,
  systemGroupId,
} from '@parley/access'
import { groupId } from '@parley/core'
import { z } from 'zod'

const Group = z.int().transform(groupId)
/** The facts of sends leave out what no send asks for: nobody holds it there. */
const Unasked = z.int().default(systemGroupId['role:nobody']).transform(groupId)

/** The groups that a channel's permissions are given to, as rows have them. */
export const ChannelGroupIds = z.object({
  can_add_subscribers_group: Group,
  can_administer_channel_group: Group,
  can_create_topic_group: Group,
  can_delete_any_message_group: Unasked,
  can_delete_own_message_group: Unasked,
  can_move_messages_out_of_channel_group: Unasked,
  can_move_messages_within_channel_group: Unasked,
  can_remove_subscribers_group: Group,
  can_resolve_topics_group: Unasked,
  can_send_message_group: Group,
  can_subscribe_group: Group,
})

/** The columns of a row of channels, to be parsed with `ChannelGroupIds`. @param channel the row's alias */
export const channelGroupColumns = (channel: string): string =>
  channelGroupSettings.map((name) => `${channel}.${name}`).join(', ')

/** The same in one JSON object. */
export const channelGroupsJson = (channel: string): string =>
  `jsonb_build_object(${channelGroupSettings.map((name) => `'${name}', ${channel}.${name}`).join(', ')})`

/** Of a wider row the groups alone. */
export const channelGroupsOf = ({
  can_add_subscribers_group,
  can_administer_channel_group,
  can_create_topic_group,
  can_delete_any_message_group,
  can_delete_own_message_group,
  can_move_messages_out_of_channel_group,
  can_move_messages_within_channel_group,
  can_remove_subscribers_group,
  can_resolve_topics_group,
  can_send_message_group,
  can_subscribe_group,
}: ChannelGroups): ChannelGroups => ({
  can_add_subscribers_group,
  can_administer_channel_group,
  can_create_topic_group,
  can_delete_any_message_group,
  can_delete_own_message_group,
  can_move_messages_out_of_channel_group,
  can_move_messages_within_channel_group,
  can_remove_subscribers_group,
  can_resolve_topics_group,
  can_send_message_group,
  can_subscribe_group,
})

/**
 * The permissions that the actor holds in channels, as SQL over rows of them: `has` for lists.
 * @param channel the rows' alias; where there is no channel nobody holds any
 * @param groups the placeholder that holds the ids of the actor's groups
 */
export function channelPermissionsSql(
  actor: Actor,
  channel: string,
  groups: string,
): Record<ChannelGroupSetting, string> {
  const held = (name: ChannelGroupSetting): string =>
    mayHold(actor, permissionSettings.stream[name])
      ? `coalesce(${channel}.${name} = ANY (${groups}::integer[]), false)`
      : // Named all the same, for a placeholder that nothing names has no type.
        `(${groups}::integer[] IS NULL)`
  return {
    can_add_subscribers_group: held('can_add_subscribers_group'),
    can_administer_channel_group: held('can_administer_channel_group'),
    can_create_topic_group: held('can_create_topic_group'),
    can_delete_any_message_group: held('can_delete_any_message_group'),
    can_delete_own_message_group: held('can_delete_own_message_group'),
    can_move_messages_out_of_channel_group: held('can_move_messages_out_of_channel_group'),
    can_move_messages_within_channel_group: held('can_move_messages_within_channel_group'),
    can_remove_subscribers_group: held('can_remove_subscribers_group'),
    can_resolve_topics_group: held('can_resolve_topics_group'),
    can_send_message_group: held('can_send_message_group'),
    can_subscribe_group: held('can_subscribe_group'),
  }
}
