import { type Actor, authorize, type Verdict } from '@parley/access'
import { badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { type AuthContext, now } from './context.ts'
import { mayBeWrittenTo, newAddress } from './facts/email-change.ts'
import { noAddressMail } from './present/email-change.ts'
import { addressRefusal } from './present/refusal.ts'
import { askForAddress } from './repo/email-changes.ts'
import { email, emailKey } from './rules/email.ts'

/**
 * Asks for another address of the account that acts: it is changed when whoever reads mail there confirms it. The answer is
 * the same whoever has that address.
 * @throws AppError BAD_REQUEST for what is none, or not let in, or where addresses are kept, or no mail is sent
 */
export async function askForEmail(
  ctx: AuthContext,
  tx: Tx,
  who: { readonly actor: Actor; readonly rights: Rights },
  given: string,
  url: string,
): Promise<void> {
  const address = email(given)
  if (address === null) throw badRequest('Enter a valid email address.')
  const verdict = await decideAddress(tx, who, address)
  if (!verdict.ok) throw addressRefusal(verdict.reason, address)
  if (!ctx.mailer) throw noAddressMail()
  const at = now(ctx.clock)
  if (!(await mayBeWrittenTo(tx, who.actor.userId, emailKey(address), at))) return
  await askForAddress(tx, verdict.granted, { email: address, url, messageId: ctx.ids.uuid(), at })
}

/** May the account that acts have this address? As things stand in the transaction. */
export const decideAddress = async (
  tx: Tx,
  { actor, rights }: { readonly actor: Actor; readonly rights: Rights },
  address: string,
): Promise<Verdict<'self:readdress'>> =>
  authorize('self:readdress', actor, await newAddress(tx, address), rights)
