import { z } from 'zod'
import { event } from '../event.ts'

/** Those who see invitations are to ask for them again. */
export const invitesChanged = event({
  type: 'invites.changed',
  emitter: 'auth',
  audience: 'users',
  body: z.object({}),
  wire: ['invites_changed'],
  shape: () => ({ type: 'invites_changed' }),
})

/** The audited side: who gave, took back or used which invitation, without addresses. */
export const invitationChanged = event({
  type: 'invitation.changed',
  emitter: 'auth',
  audience: 'nobody',
  audited: true,
  body: z.object({
    invitation_id: z.int(),
    op: z.enum(['created', 'sent-again', 'revoked', 'used']),
    /** `asked`: whoever came by a link, or of their own accord, was sent a mail. */
    kind: z.enum(['mail', 'link', 'asked']),
    role: z.int(),
    channels: z.array(z.int()),
    groups: z.array(z.int()),
    /** Null: nobody that the organisation knows. */
    by: z.int().nullable(),
    /** The account that it made. */
    user_id: z.int().nullable(),
  }),
})
