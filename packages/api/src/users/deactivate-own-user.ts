import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'

/** Ends the account that calls. */
export const deactivateOwnUser = operation({
  id: 'deactivate-own-user',
  method: 'DELETE',
  path: '/api/v1/users/me',
  service: 'auth',
  access: 'user:leave',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  revokes: true,
  params: {},
  response: z.object({}),
})
