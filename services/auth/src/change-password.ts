import type { Granted } from '@parley/access'
import type { Principal } from '@parley/api'
import { badRequest, Secret } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { make, type NewEvent, passwordChanged } from '@parley/events'
import { type AuthContext, now } from './context.ts'
import { endOtherSessions, readOwnPassword, replacePassword } from './repo/credentials.ts'
import { readOrganisation } from './repo/organisations.ts'
import { raiseGeneration } from './repo/users.ts'
import { checkPassword } from './rules/password-strength.ts'

/** A password that somebody wants instead of the one they have, as hashes: of that one, and of the new one. */
export interface NewPassword {
  readonly was: string
  readonly hash: string
}

const wrong = () => badRequest('Wrong password!')

/**
 * Checks the password that the account has and the one that it is to have, and hashes that: before the transaction, for
 * both take their time.
 * @returns null where none is wanted
 * @throws AppError BAD_REQUEST for a wrong old or a weak new one; UNAVAILABLE where too many are being checked
 */
export async function newPassword(
  ctx: AuthContext,
  granted: Granted<'self:set'>,
  given: { readonly old_password?: string | undefined; readonly new_password?: string | undefined },
): Promise<NewPassword | null> {
  const { old_password: old = '', new_password: wanted = '' } = given
  if (wanted === '') return null
  const { own, organisation } = await ctx.database.read(granted.actor.orgId, async (tx) => ({
    own: await readOwnPassword(tx, granted),
    organisation: await readOrganisation(tx),
  }))
  if ((await ctx.hasher.verify(own.hash, new Secret(old))) === 'wrong' || own.hash === null) throw wrong()
  const about = [own.fullName, own.deliveryEmail, organisation?.name ?? '', organisation?.subdomain ?? '']
  checkPassword(wanted, about)
  return { was: own.hash, hash: await ctx.hasher.hash(new Secret(wanted)) }
}

/**
 * Sets it, and ends every session but the one that asks. Keys stay, as the contract has it.
 * @returns what the caller appends
 * @throws AppError BAD_REQUEST where the old one was changed meanwhile
 */
export async function changePassword(
  ctx: AuthContext,
  tx: OrmTx,
  granted: Granted<'self:set'>,
  { credential }: Principal,
  { was, hash }: NewPassword,
): Promise<NewEvent[]> {
  const at = now(ctx.clock)
  const session = /^session:(\d{1,15})$/.exec(credential)?.[1]
  const kept = session === undefined ? null : Number(session)
  const generation = await raiseGeneration(tx, granted)
  if (!(await replacePassword(tx, granted, was, { hash, changedAt: at }))) throw wrong()
  await endOtherSessions(tx, granted, kept, at)
  return [make(passwordChanged, { user_id: granted.actor.userId, generation, kept_session: kept })]
}
