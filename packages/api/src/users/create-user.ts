import { z } from 'zod'
import { password } from '../auth/credentials.ts'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { text } from '../param.ts'

/** Makes an account of the role member. */
export const createUser = operation({
  id: 'create-user',
  method: 'POST',
  path: '/api/v1/users',
  service: 'auth',
  access: 'user:create',
  limits: apiByUser,
  bodyLimit: 8 * 1024,
  callers: ['gateway'],
  // The password is hashed before the transaction begins, so that no connection waits for it.
  transaction: 'own',
  params: { email: text(), password: password(), full_name: text() },
  response: z.object({ user_id: z.int() }),
})
