import { topicsPolicies } from '@parley/access'
import { z } from 'zod'
import { groupSettingChange } from '../groups/params.ts'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, json, optional, pathInt, text } from '../param.ts'

/**
 * Changes a channel: what it is called, who may read it and do what in it, whether it is archived (Zulip API:
 * update-stream).
 */
export const updateChannel = operation({
  id: 'update-channel',
  method: 'PATCH',
  path: '/api/v1/streams/{stream_id}',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  revokes: true,
  params: {
    stream_id: pathInt(),
    new_name: optional(text()),
    description: optional(text()),
    is_private: optional(bool()),
    is_web_public: optional(bool()),
    history_public_to_subscribers: optional(bool()),
    is_default_stream: optional(bool()),
    is_archived: optional(bool()),
    message_retention_days: optional(text(32)),
    folder_id: optional(json(z.int().nullable())),
    topics_policy: optional(json(z.enum(topicsPolicies))),
    can_add_subscribers_group: groupSettingChange(),
    can_administer_channel_group: groupSettingChange(),
    can_create_topic_group: groupSettingChange(),
    can_delete_any_message_group: groupSettingChange(),
    can_delete_own_message_group: groupSettingChange(),
    can_move_messages_out_of_channel_group: groupSettingChange(),
    can_move_messages_within_channel_group: groupSettingChange(),
    can_remove_subscribers_group: groupSettingChange(),
    can_resolve_topics_group: groupSettingChange(),
    can_send_message_group: groupSettingChange(),
    can_subscribe_group: groupSettingChange(),
  },
  response: z.object({}),
})
