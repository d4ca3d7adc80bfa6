import { z } from 'zod'
import { event } from '../event.ts'
import { seesEmail } from './email-visibility.ts'

/**
 * Somebody lets others see their address than before: who sees it from now on learns it, who does not any longer that it is
 * hidden. What everybody is shown as their address may be another one, so it moves the rights.
 */
export const emailVisibilityChanged = event({
  type: 'user.email-visibility-changed',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  body: z.object({
    user_id: z.int(),
    delivery_email: z.string(),
    was: z.int(),
    email_address_visibility: z.int(),
  }),
  wire: ['realm_user'],
  // One's own is seen always.
  variant: (viewer) => `${viewer.role} ${viewer.userId}`,
  tellsOf: (body) => body.user_id,
  shape({ user_id, delivery_email, was, email_address_visibility: now }, viewer) {
    const own = Number(viewer.userId) === user_id
    const sees = seesEmail(now, viewer.role, own)
    return sees === seesEmail(was, viewer.role, own)
      ? null
      : {
          type: 'realm_user',
          op: 'update',
          person: { user_id, delivery_email: sees ? delivery_email : null },
        }
  },
})
