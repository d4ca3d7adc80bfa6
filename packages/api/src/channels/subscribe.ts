import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, json, optional, text, withDefault } from '../param.ts'

const GroupSettingParam = z.union([
  z.int(),
  z.object({ direct_members: z.array(z.int()), direct_subgroups: z.array(z.int()) }),
])
const groupSetting = () => optional(json(GroupSettingParam))

/** People named by id or by e-mail address (Zulip API: `principals`). */
export const Principals = z.union([z.array(z.int()).max(10_000), z.array(z.string().max(254)).max(10_000)])

/** Subscribes people to channels and makes the channels that do not exist yet (Zulip API: subscribe). */
export const subscribe = operation({
  id: 'subscribe',
  method: 'POST',
  path: '/api/v1/users/me/subscriptions',
  service: 'streams',
  access: 'channel:join',
  limits: apiByUser,
  bodyLimit: 256 * 1024,
  callers: ['gateway'],
  transaction: 'write',
  params: {
    subscriptions: json(
      z
        .array(
          z.object({
            name: z.string(),
            description: z.string().optional(),
            color: z.string().optional(),
          }),
        )
        .max(200),
    ),
    principals: optional(json(Principals)),
    authorization_errors_fatal: withDefault(bool(), true),
    announce: withDefault(bool(), false),
    invite_only: withDefault(bool(), false),
    is_web_public: withDefault(bool(), false),
    is_default_stream: withDefault(bool(), false),
    history_public_to_subscribers: optional(bool()),
    message_retention_days: optional(text(32)),
    send_new_subscription_messages: withDefault(bool(), true),
    folder_id: optional(json(z.int().nullable())),
    topics_policy: optional(
      json(z.enum(['inherit', 'allow_empty_topic', 'disable_empty_topic', 'empty_topic_only'])),
    ),
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
  },
  response: z.object({
    /** Names of channels by user id. */
    subscribed: z.record(z.string(), z.array(z.string())),
    already_subscribed: z.record(z.string(), z.array(z.string())),
    /** Names the actor may not subscribe to; only where `authorization_errors_fatal` is false. */
    unauthorized: z.array(z.string()).optional(),
    new_subscription_messages_sent: z.boolean(),
  }),
})
