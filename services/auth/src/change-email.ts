import { type Actor, authorize, type Verdict } from '@parley/access'
import { maxInvitesByPerson, maxInvitesToOne } from '@parley/api'
import { badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { stale } from '@parley/kit'
import { type AuthContext, now } from './context.ts'
import { isTaken, newAddress } from './facts/email-change.ts'
import { countMails, mailedEnough } from './facts/mailings.ts'
import { noAddressMail } from './present/email-change.ts'
import { addressRefusal } from './present/refusal.ts'
import { askForAddress, holdOwnAccount } from './repo/email-changes.ts'
import { email, emailKey } from './rules/email.ts'

/**
 * Asks in the organisation's turn for another address of the account that acts, for what is counted of a day is counted for one after
 * another: it is changed when whoever reads mail there confirms it. The answer is
 * the same whoever has that address.
 * @throws AppError BAD_REQUEST for what is none, or not let in, or where addresses are kept, or no mail is sent;
 *   UNAUTHORIZED (stale) where what asks was taken back meanwhile
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
  // Whoever takes back what asks waits, and then ends it.
  if (!(await holdOwnAccount(tx, verdict.granted))) throw stale()
  const at = now(ctx.clock)
  if (await askedEnough(tx, who.actor.userId, emailKey(address), at)) return
  // Where another has it no mail is sent. The answer, its work and what is counted are the same: what is kept is over at once.
  const moot = await isTaken(tx, who.actor.userId, emailKey(address))
  await askForAddress(tx, verdict.granted, { email: address, url, messageId: ctx.ids.uuid(), at, moot })
}

/** Has somebody had as many mails sent in a day as may be, to everybody or to this address? Their own alone are counted. */
async function askedEnough(tx: Tx, user: number, key: string, at: Date): Promise<boolean> {
  const { own } = await countMails(tx, user, at)
  const enough = await mailedEnough(tx, { inviter: user, keys: [key], most: maxInvitesToOne }, at)
  return own >= maxInvitesByPerson || enough.has(key)
}

/** May the account that acts have this address? As things stand in the transaction. */
export const decideAddress = async (
  tx: Tx,
  { actor, rights }: { readonly actor: Actor; readonly rights: Rights },
  address: string,
): Promise<Verdict<'self:readdress'>> =>
  authorize('self:readdress', actor, await newAddress(tx, address), rights)
