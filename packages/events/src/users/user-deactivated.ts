import { z } from 'zod'
import { event } from '../event.ts'

/** An account ended; clients drop it from subscribers and groups without further events. */
export const userDeactivated = event({
  type: 'user.deactivated',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({ user_id: z.int(), generation: z.int(), by: z.int().nullable() }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: (body) => ({
    type: 'realm_user',
    op: 'update',
    person: { user_id: body.user_id, is_active: false },
  }),
})
