import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** Takes a deactivated account into use again; it signs in anew. */
export const reactivateUser = operation({
  id: 'reactivate-user',
  method: 'POST',
  path: '/api/v1/users/{user_id}/reactivate',
  service: 'auth',
  access: 'user:reactivate',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  params: { user_id: pathInt() },
  response: z.object({}),
})
