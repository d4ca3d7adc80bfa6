import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { optional, pathInt, text } from '../param.ts'

/** Ends an account: its keys and sessions open nothing once this has answered. */
export const deactivateUser = operation({
  id: 'deactivate-user',
  method: 'DELETE',
  path: '/api/v1/users/{user_id}',
  service: 'auth',
  access: 'user:deactivate',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  revokes: true,
  params: { user_id: pathInt(), deactivation_notification_comment: optional(text(2000)) },
  response: z.object({}),
})
