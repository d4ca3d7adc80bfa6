import { type OrgId, unavailable } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { StaleRights } from '@parley/events'
import type { AuthContext } from './context.ts'

const decisions = 3

/**
 * One write of an operation that arranges its own transactions: decides again, three times in all, where rights moved
 * meanwhile; then tells the relay, and waits for every gateway where a right was taken away.
 * @throws AppError UNAVAILABLE where rights never stood still
 */
export async function commit<R>(
  { database, afterCommit }: AuthContext,
  org: OrgId,
  fn: (tx: OrmTx) => Promise<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { result, appended } = await database.write(org, async (tx) => ({
        result: await fn(tx),
        appended: afterCommit.appendedIn(tx),
      }))
      if (appended) afterCommit.hint(org, appended.seq)
      if (appended?.revokes) await afterCommit.barrier(org, appended.seq)
      return result
    } catch (error) {
      if (!(error instanceof StaleRights)) throw error
      if (attempt === decisions) throw unavailable(error)
    }
  }
}
