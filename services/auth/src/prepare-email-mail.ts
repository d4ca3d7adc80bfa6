import { Secret } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { type AuthContext, now } from './context.ts'
import { emailChangeToSend } from './facts/email-change.ts'
import { changedLetter, confirmLetter } from './mail/email-letters.ts'
import type { Letter } from './mail/letter.ts'
import { claimEmailChange, dropEmailMail, insertEmailSecret } from './repo/email-changes.ts'
import { newInvitationSecret } from './rules/invitation-secret.ts'

/** A mail in hand. */
export interface Prepared {
  readonly messageId: string
  readonly attempts: number
  readonly to: string
  readonly letter: Letter
  /** It is sent, or never will be. */
  readonly drop: (tx: OrmTx) => Promise<void>
}

/**
 * A mail about an address that is due: to a new one, with a secret drawn now, or to the one of before.
 * @returns null where none is due; `moot` where what it would say is not true any more
 */
export async function prepareEmailMail(
  ctx: AuthContext,
  tx: OrmTx,
  organisation: string,
): Promise<Prepared | 'moot' | null> {
  const at = now(ctx.clock)
  const mail = await claimEmailChange(tx, at)
  if (!mail) return null
  const { change_id: id, message_id: messageId, attempts, url } = mail
  const drop = (within: OrmTx): Promise<void> => dropEmailMail(within, id, messageId)
  const change = await emailChangeToSend(tx, id, at)
  if (!change) {
    await drop(tx)
    return 'moot'
  }
  if (change.was !== null)
    return { messageId, attempts, to: change.was, letter: changedLetter({ url, organisation }), drop }
  const secret = newInvitationSecret(ctx.ids)
  await insertEmailSecret(tx, id, new Secret(secret))
  const letter = confirmLetter({ url, organisation, secret, expires: change.expires_at })
  return { messageId, attempts, to: change.email, letter, drop }
}
