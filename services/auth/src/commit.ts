import type { OrgId } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { commit as commitOnce, deciding, stillWaitedFor } from '@parley/kit'
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

/** The same for the operator where the answer says that nobody is served any more, also if another did it just before. */
export const commitRevoking = <R>(ctx: AuthContext, org: OrgId, fn: (tx: OrmTx) => Promise<R>): Promise<R> =>
  deciding((attempt) => commitOnce(ctx, org, fn, attempt, true))
