import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, json, optional, withDefault } from '../param.ts'
import { newChannelParams } from './new-channel.ts'

/** People named by id or by e-mail address (Zulip API: `principals`). */
export const Principals = z.union([z.array(z.int()).max(10_000), z.array(z.string().max(254)).max(10_000)])

/** Channels to come into, by name; colour and description are for who has none yet. */
export const WantedChannels = z
  .array(
    z.object({
      name: z.string(),
      description: z.string().optional(),
      color: z.string().optional(),
    }),
  )
  .max(200)

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
  transaction: 'turn',
  params: {
    subscriptions: json(WantedChannels),
    principals: optional(json(Principals)),
    authorization_errors_fatal: withDefault(bool(), true),
    send_new_subscription_messages: withDefault(bool(), true),
    ...newChannelParams,
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
