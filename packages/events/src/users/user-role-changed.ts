import { z } from 'zod'
import { event } from '../event.ts'

/**
 * An account has another role. What it knows of its organisation may be more or less than before, so its queues begin
 * anew: gateways end those from before the new `vantage`.
 */
export const userRoleChanged = event({
  type: 'user.role-changed',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({
    user_id: z.int(),
    role: z.int(),
    was: z.int(),
    vantage: z.int(),
    by: z.int().nullable(),
  }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: (body) => ({
    type: 'realm_user',
    op: 'update',
    person: { user_id: body.user_id, role: body.role },
  }),
})
