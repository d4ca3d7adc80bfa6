import { z } from 'zod'
import { apiByIp, authenticateByUsername } from '../limits.ts'
import { operation } from '../operation.ts'
import { password, username } from './credentials.ts'

/**
 * Signs in for browsers. The gateway turns `session_token` into the `__Host-sessionid` cookie and leaves it out of the
 * answer's body.
 */
export const createSession = operation({
  id: 'create-session',
  method: 'POST',
  path: '/api/v1/parley/sessions',
  service: 'auth',
  access: 'public',
  limits: [...apiByIp, ...authenticateByUsername],
  bodyLimit: 8 * 1024,
  callers: ['gateway'],
  transaction: 'own',
  params: { username: username(), password: password() },
  response: z.object({
    session_token: z.string(),
    /** When it ends by itself, seconds since the Unix epoch. */
    expires_at: z.int(),
    email: z.string(),
    user_id: z.int(),
  }),
})
