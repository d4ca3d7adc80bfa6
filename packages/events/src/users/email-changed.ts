import { z } from 'zod'
import { event } from '../event.ts'
import { seesEmail } from './email-visibility.ts'

/** An account has another address, as those learn of it who may see it. Who sends is known by it, so it moves the rights. */
export const emailChanged = event({
  type: 'user.email-changed',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  body: z.object({
    user_id: z.int(),
    delivery_email: z.string(),
    email_address_visibility: z.int(),
  }),
  wire: ['realm_user'],
  // One's own is seen always.
  variant: (viewer) => `${viewer.role} ${viewer.userId}`,
  tellsOf: (body) => body.user_id,
  shape: ({ user_id, delivery_email, email_address_visibility: visibility }, viewer) =>
    seesEmail(visibility, viewer.role, Number(viewer.userId) === user_id)
      ? { type: 'realm_user', op: 'update', person: { user_id, delivery_email } }
      : null,
})

/** What everybody is shown as the address of an account is another one. */
export const shownEmailChanged = event({
  type: 'user.shown-email-changed',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ user_id: z.int(), new_email: z.string() }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: (person) => ({ type: 'realm_user', op: 'update', person }),
})

/** The audited side, without addresses. Keys open with the new address from here on, and with the old one no more. */
export const accountEmailChanged = event({
  type: 'account.email-changed',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({ user_id: z.int(), generation: z.int() }),
})
