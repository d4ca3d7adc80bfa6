import { topicsPolicies } from '@parley/access'
import { z } from 'zod'
import { groupSetting } from '../groups/params.ts'
import { bool, type InputOf, json, optional, text, withDefault } from '../param.ts'

/** What may be asked of a channel that is made, by whichever endpoint makes it. */
export const newChannelParams = {
  announce: withDefault(bool(), false),
  invite_only: withDefault(bool(), false),
  is_web_public: withDefault(bool(), false),
  is_default_stream: withDefault(bool(), false),
  history_public_to_subscribers: optional(bool()),
  message_retention_days: optional(text(32)),
  folder_id: optional(json(z.int().nullable())),
  topics_policy: optional(json(z.enum(topicsPolicies))),
  can_add_subscribers_group: groupSetting(),
  can_administer_channel_group: groupSetting(),
  can_create_topic_group: groupSetting(),
  can_delete_any_message_group: groupSetting(),
  can_delete_own_message_group: groupSetting(),
  can_move_messages_out_of_channel_group: groupSetting(),
  can_move_messages_within_channel_group: groupSetting(),
  can_remove_subscribers_group: groupSetting(),
  can_resolve_topics_group: groupSetting(),
  can_send_message_group: groupSetting(),
  can_subscribe_group: groupSetting(),
}
export type NewChannelWish = Partial<InputOf<typeof newChannelParams>>
