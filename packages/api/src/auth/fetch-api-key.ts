import { z } from 'zod'
import { apiByIp, authenticateByUsername } from '../limits.ts'
import { operation } from '../operation.ts'
import { password, username } from './credentials.ts'

/** Gives an account another API key against its password; the ones it has stay good. */
export const fetchApiKey = operation({
  id: 'fetch-api-key',
  method: 'POST',
  path: '/api/v1/fetch_api_key',
  service: 'auth',
  access: 'public',
  limits: [...apiByIp, ...authenticateByUsername],
  bodyLimit: 8 * 1024,
  callers: ['gateway'],
  transaction: 'own',
  params: { username: username(), password: password() },
  response: z.object({ api_key: z.string(), email: z.string(), user_id: z.int() }),
})
