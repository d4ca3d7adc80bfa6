import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** Is a person in a channel? (Zulip API: get-subscription-status) */
export const getSubscriptionStatus = operation({
  id: 'get-subscription-status',
  method: 'GET',
  path: '/api/v1/users/{user_id}/subscriptions/{stream_id}',
  service: 'streams',
  access: 'channel:view',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: { user_id: pathInt(), stream_id: pathInt() },
  response: z.object({ is_subscribed: z.boolean() }),
})
