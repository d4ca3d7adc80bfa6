import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { withDefault, word } from '../param.ts'
import { SubscriptionObject } from './channel-object.ts'

/** The channels the actor is subscribed to (Zulip API: get-subscriptions). */
export const listSubscriptions = operation({
  id: 'list-subscriptions',
  method: 'GET',
  path: '/api/v1/users/me/subscriptions',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: {
    /** `partial` allows the server to leave subscribers out; here they are always all sent. */
    include_subscribers: withDefault(word(['true', 'false', 'partial']), 'false'),
  },
  response: z.object({ subscriptions: z.array(SubscriptionObject) }),
})
