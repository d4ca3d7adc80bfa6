import type { OrgId } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { commit as commitOnce, deciding } from '@parley/kit'
import type { AuthContext } from './context.ts'

/**
 * One write of an operation that arranges its own transactions: decides again, three times in all, where rights moved
 * meanwhile; then tells the relay, and waits for every gateway where a right was taken away.
 * @throws AppError UNAVAILABLE where rights never stood still
 */
export const commit = <R>(ctx: AuthContext, org: OrgId, fn: (tx: OrmTx) => Promise<R>): Promise<R> =>
  deciding((attempt) => commitOnce(ctx, org, fn, attempt))

/** The same where the answer says that nobody is served any more, also if another did it just before. */
export const commitRevoking = <R>(ctx: AuthContext, org: OrgId, fn: (tx: OrmTx) => Promise<R>): Promise<R> =>
  deciding((attempt) => commitOnce(ctx, org, fn, attempt, true))
