import type { Reason } from '@parley/access'
import type { Invite } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { ListedInvitation } from '../repo/invitations.ts'
import { botRefusal } from './refusal.ts'

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/** An invitation as those see it who see it at all: without what opens it. */
export const inviteObject = (row: ListedInvitation): Invite => ({
  id: row.id,
  invited_by_user_id: row.inviter_id,
  invited: seconds(row.invited_at),
  expiry_date: row.expires_at && seconds(row.expires_at),
  invited_as: row.role,
  ...(row.email === null ? {} : { email: row.email, notify_referrer_on_join: row.notify }),
  link_url: '',
  is_multiuse: row.email === null,
})

/** What somebody is told who may not invite. */
export const inviteRefusal = (reason: Reason): AppError => botRefusal(reason)

/** The answer for an invitation that is not there, is over, or is not theirs to see. */
export const unknownInvitation = (): AppError => badRequest('No such invitation')

/** The answer to every secret that opens nothing, whatever the reason. */
export const opensNothing = (): AppError => badRequest('Invalid or expired invitation.')

/** The answer where something cannot be done without a mail. */
export const noMail = (): AppError =>
  badRequest('This server sends no e-mail, which invitations need. Its operator can set that up.')

/** An address, what is wrong with it, and whether an account with it was taken out of use. */
export type Skipped = readonly [email: string, why: string, deactivated: boolean]

/** What is said where not everybody was invited. */
export const invitationFailed = (
  message: string,
  errors: readonly Skipped[],
  { sent = false, limit = false }: { readonly sent?: boolean; readonly limit?: boolean } = {},
): AppError =>
  new AppError('INVITATION_FAILED', message, {
    data: { errors, sent_invitations: sent, daily_limit_reached: limit, license_limit_reached: false },
  })

/** What is wrong with an address that the organisation does not let in. */
export function addressFault(reason: Reason): string {
  switch (reason) {
    case 'address-plus':
      return 'Email addresses containing + are not allowed.'
    case 'address-disposable':
      return 'Please use your real email address.'
    default:
      return 'Outside your domain.'
  }
}
