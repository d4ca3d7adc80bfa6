import { authorize, type Granted } from '@parley/access'
import type { RequestFacts } from '@parley/api'
import { AppError, badRequest, orgId, Secret } from '@parley/core'
import { type OrmTx, readActor } from '@parley/db'
import { append, type NewEvent } from '@parley/events'
import { commit } from './commit.ts'
import type { AuthContext } from './context.ts'
import { accountToSignIn, type SigningIn } from './facts/account.ts'
import { rehashPassword } from './repo/credentials.ts'
import { holdAccount } from './repo/users.ts'
import { emailKey, isAddress } from './rules/email.ts'

const incorrect = (): AppError =>
  new AppError('AUTHENTICATION_FAILED', 'Your username or password is incorrect')

/**
 * Signs an account in by its password and gives it what `issue` makes. Whether there is such an account, and in which
 * state, is told to those alone who know its password; to all others the answer is the same and takes the same work.
 * @throws AppError BAD_REQUEST for what is no address, AUTHENTICATION_FAILED, USER_DEACTIVATED, REALM_DEACTIVATED,
 * UNAVAILABLE where too many sign in at once
 */
export async function signIn<R>(
  ctx: AuthContext,
  { request, signal }: { readonly request: RequestFacts; readonly signal: AbortSignal },
  given: { readonly username: string; readonly password: string },
  issue: (tx: OrmTx, granted: Granted<'self:use'>) => Promise<{ answer: R; event: NewEvent }>,
): Promise<R & { email: string; user_id: number }> {
  if (!isAddress(given.username)) throw badRequest('Enter a valid email address.')
  const org = orgId(request.org)
  const password = new Secret(given.password)
  const account = await ctx.database.read(org, (tx) => accountToSignIn(tx, emailKey(given.username)))
  const guess = await ctx.hasher.verify(account?.hash ?? null, password)
  if (!account || guess === 'wrong') throw incorrect()
  if (account.organisationEnded)
    throw new AppError('REALM_DEACTIVATED', 'This organization has been deactivated')
  if (!account.isActive) throw deactivated()
  const better = guess === 'outdated' ? await ctx.hasher.hash(password) : null

  return commit(ctx, org, signal, async (tx) => {
    const { granted, rights } = await stillTheSame(tx, account)
    if (better && account.hash) await rehashPassword(tx, granted, account.hash, better)
    const { answer, event } = await issue(tx, granted)
    await append(tx, rights, [event])
    return { ...answer, email: account.email, user_id: account.userId }
  })
}

const deactivated = (): AppError => new AppError('USER_DEACTIVATED', 'Account is deactivated')

/** The account may have ended, or its password changed, while the hash was computed. */
async function stillTheSame(tx: OrmTx, account: SigningIn) {
  await holdAccount(tx, account.userId)
  const { actor, rights } = await readActor(tx, account.userId)
  const verdict = actor && authorize('self:use', actor, null, rights)
  if (!verdict?.ok) throw deactivated()
  if (actor?.generation !== account.generation) throw incorrect()
  return { granted: verdict.granted, rights }
}
