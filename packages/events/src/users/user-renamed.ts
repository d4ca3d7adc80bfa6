import { z } from 'zod'
import { event } from '../event.ts'

/** An account has another name. Senders are named by what is remembered under the rights, so it moves them. */
export const userRenamed = event({
  type: 'user.renamed',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  body: z.object({ user_id: z.int(), full_name: z.string() }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: (body) => ({ type: 'realm_user', op: 'update', person: body }),
})
