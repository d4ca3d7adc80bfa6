import type { OrgId } from '@parley/core'
import { type OrmTx, takeTurn } from '@parley/db'
import { commit as commitOnce, deciding, inLine, stillWaitedFor } from '@parley/kit'
import type { AuthContext } from './context.ts'

/**
 * One write of an operation that arranges its own transactions: decides again, three times in all, where rights moved
 * meanwhile; then tells the relay, and waits for every gateway where a right was taken away. For who asks by a credential
 * there are `commitAsked` and `commitInTurn`.
 * @param signal of whoever waits for the answer; null for the server's own work
 * @throws AppError UNAVAILABLE where rights never stood still, or nobody waits for the answer any more
 */
export const commit = <R>(
  ctx: AuthContext,
  org: OrgId,
  signal: AbortSignal | null,
  fn: (tx: OrmTx) => Promise<R>,
): Promise<R> => {
  const within = async (tx: OrmTx): Promise<R> => {
    const result = await fn(tx)
    if (signal) stillWaitedFor(signal)
    return result
  }
  return deciding((attempt) => commitOnce(ctx, org, within, attempt))
}

/**
 * The same in the organisation's turn, for which it waits without a connection, and before anything is read.
 * @throws AppError UNAVAILABLE also where too many wait already of whom nobody knows
 */
export const commitInLine = <R>(
  ctx: AuthContext,
  org: OrgId,
  signal: AbortSignal,
  fn: (tx: OrmTx) => Promise<R>,
): Promise<R> => {
  const waiting = { account: 0, revokes: false, bytes: 0, signal }
  const database = inLine(ctx.database, ctx.turns, waiting)
  const within = async (tx: OrmTx): Promise<R> => {
    await takeTurn(tx)
    const result = await fn(tx)
    stillWaitedFor(signal)
    return result
  }
  return deciding(() => commitOnce({ ...ctx, database }, org, within))
}

/** The same for the operator where the answer says that nobody is served any more, also if another did it just before. */
export const commitRevoking = <R>(ctx: AuthContext, org: OrgId, fn: (tx: OrmTx) => Promise<R>): Promise<R> =>
  deciding((attempt) => commitOnce(ctx, org, fn, attempt, true))
