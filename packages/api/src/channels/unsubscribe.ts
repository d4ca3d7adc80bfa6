import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, optional } from '../param.ts'
import { Principals } from './subscribe.ts'

/** Ends subscriptions, one's own or other people's (Zulip API: unsubscribe). */
export const unsubscribe = operation({
  id: 'unsubscribe',
  method: 'DELETE',
  path: '/api/v1/users/me/subscriptions',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  bodyLimit: 256 * 1024,
  callers: ['gateway'],
  transaction: 'turn',
  revokes: true,
  params: {
    subscriptions: json(z.array(z.string()).max(200)),
    principals: optional(json(Principals)),
  },
  response: z.object({ removed: z.array(z.string()), not_removed: z.array(z.string()) }),
})
