import { z } from 'zod'
import { event } from '../event.ts'

/** A deactivated account is in use again. What it had ended stays ended: keys, sessions and queues. */
export const userReactivated = event({
  type: 'user.reactivated',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  audited: true,
  body: z.object({ user_id: z.int(), role: z.int(), vantage: z.int(), by: z.int().nullable() }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: (body) => ({
    type: 'realm_user',
    op: 'update',
    person: { user_id: body.user_id, is_active: true },
  }),
})
