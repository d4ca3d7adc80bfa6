import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, withDefault } from '../param.ts'
import { WantedChannels } from './subscribe.ts'

/** Leaves channels and comes into others, oneself alone, all or nothing (Zulip API: update-subscriptions). */
export const updateSubscriptions = operation({
  id: 'update-subscriptions',
  method: 'PATCH',
  path: '/api/v1/users/me/subscriptions',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  bodyLimit: 256 * 1024,
  callers: ['gateway'],
  transaction: 'turn',
  revokes: true,
  params: {
    delete: withDefault(json(z.array(z.string()).max(200)), []),
    add: withDefault(json(WantedChannels), []),
  },
  response: z.object({
    /** Names of channels by user id. */
    subscribed: z.record(z.string(), z.array(z.string())),
    already_subscribed: z.record(z.string(), z.array(z.string())),
    removed: z.array(z.string()),
    not_removed: z.array(z.string()),
  }),
})
