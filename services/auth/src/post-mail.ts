import { type OrgId, Secret } from '@parley/core'
import type { OrmTx } from '@parley/db'
import type { Logger } from '@parley/kit'
import { type AuthContext, now } from './context.ts'
import { invitationToSend } from './facts/invitation.ts'
import { decideJoining } from './joining.ts'
import { invitationLetter } from './mail/letter.ts'
import type { Mailer } from './mail/mailer.ts'
import { type Prepared, prepareEmailMail } from './prepare-email-mail.ts'
import { claimMail, dropMail, forgetSecrets, insertSecret } from './repo/mails.ts'
import { readOrganisation } from './repo/organisations.ts'
import { newInvitationSecret } from './rules/invitation-secret.ts'

/** Attempts that a mail gets, over most of a day. */
const mostAttempts = 24

/**
 * Sends one mail of an organisation that is due. It is sent at least once: what fails is tried again later, and so is what
 * was sent by a process that died before it could say so.
 * @returns 0 where none is due
 */
export async function postMail(
  ctx: AuthContext,
  mailer: Mailer,
  org: OrgId,
  logger: Logger,
): Promise<number> {
  const prepared = await ctx.database.write(org, (tx) => prepare(ctx, tx))
  if (prepared === null) return 0
  if (prepared === 'moot') return 1
  const { messageId, attempts, to, letter, drop } = prepared
  const { outcome, code } = await mailer.send(to, messageId, letter)
  if (outcome !== 'sent') logger.warn('a mail was not sent', { reason: outcome, code, attempt: attempts })
  if (outcome !== 'failed' || attempts >= mostAttempts) await ctx.database.write(org, drop)
  return 1
}

/**
 * `moot`: what it would have said is not true any more, so it is not sent. Whoever invited is asked again, as they are now:
 * what nobody may come in by, nobody is sent.
 */
async function prepare(ctx: AuthContext, tx: OrmTx): Promise<Prepared | 'moot' | null> {
  const at = now(ctx.clock)
  const organisation = await readOrganisation(tx)
  // Out of use since it was looked for: its mails wait.
  if (organisation?.deactivated !== false) return null
  const mail = await claimMail(tx, at)
  if (!mail) return prepareEmailMail(ctx, tx, organisation.name)
  const invitation = await invitationToSend(tx, mail.invitation_id, at)
  const verdict = invitation && (await decideJoining(tx, invitation, invitation.email))
  if (!invitation || !verdict?.ok) {
    await dropMail(tx, mail.mail_id)
    return 'moot'
  }
  // Only now that it goes: one that waits leaves whoever was written to before what they have.
  if (mail.attempts === 1) await forgetSecrets(tx, verdict.granted, mail.invitation_id)
  const secret = newInvitationSecret(ctx.ids)
  await insertSecret(tx, mail.invitation_id, new Secret(secret))
  const letter = invitationLetter({
    url: mail.url,
    organisation: organisation.name,
    inviter: invitation.inviter,
    secret,
    expires: invitation.expires_at,
  })
  const { message_id: messageId, attempts } = mail
  return {
    messageId,
    attempts,
    to: invitation.email,
    letter,
    drop: (within) => dropMail(within, mail.mail_id),
  }
}
