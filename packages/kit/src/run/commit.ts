import { type OrgId, unavailable } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { StaleRights } from '@parley/events'
import type { AfterCommit } from './after-commit.ts'

const decisions = 3

/**
 * Does `work` again, three times in all, where rights moved between its decision and its append.
 * @throws AppError UNAVAILABLE where they never stood still
 */
export async function deciding<R>(work: () => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StaleRights)) throw error
      if (attempt === decisions) throw unavailable(error)
    }
  }
}

/**
 * One write transaction; after its commit the relay is told what it appended and, where a right was taken away, every
 * gateway has applied it before this resolves.
 * @throws StaleRights where rights moved since the decision: nothing was written
 */
export async function commit<R, T extends Tx>(
  { database, afterCommit }: { readonly database: Database<T>; readonly afterCommit: AfterCommit },
  org: OrgId,
  fn: (tx: T) => Promise<R>,
): Promise<R> {
  const { result, appended } = await database.write(org, async (tx) => ({
    result: await fn(tx),
    appended: afterCommit.appendedIn(tx),
  }))
  if (appended) afterCommit.hint(org, appended.seq)
  if (appended?.revokes) await afterCommit.barrier(org, appended.seq)
  return result
}
