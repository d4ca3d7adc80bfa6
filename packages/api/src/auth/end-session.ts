import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'

/** Signs the browser out: the session that makes the call ends, and the gateway clears its cookie. */
export const endSession = operation({
  id: 'end-session',
  method: 'DELETE',
  path: '/api/v1/parley/sessions/current',
  service: 'auth',
  access: 'self:use',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  params: {},
  response: z.object({}),
})
