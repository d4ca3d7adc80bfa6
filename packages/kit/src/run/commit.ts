import { type OrgId, seq, unavailable } from '@parley/core'
import { type Database, readRights, takeTurn, type Tx } from '@parley/db'
import { StaleRights } from '@parley/events'
import type { AfterCommit } from './after-commit.ts'

const decisions = 3

/**
 * Does `work` again, three times in all, where rights moved between its decision and its append.
 * @param work is told which attempt it is, from 1
 * @throws AppError UNAVAILABLE where they never stood still
 */
export async function deciding<R>(work: (attempt: number) => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt)
    } catch (error) {
      if (!(error instanceof StaleRights)) throw error
      if (attempt === decisions) throw unavailable(error)
    }
  }
}

/**
 * One write transaction; after its commit the relay is told what it appended and, where a right was taken away, every
 * gateway has applied it before this resolves.
 * @param attempt from 1; who was overtaken before waits for a turn first
 * @param revoking the same where nothing was left to take away: whoever took it may still be waiting for the gateways
 * @throws StaleRights where rights moved since the decision: nothing was written
 */
export async function commit<R, T extends Tx>(
  {
    database,
    afterCommit,
  }: { readonly database: Pick<Database<T>, 'read' | 'write'>; readonly afterCommit: AfterCommit },
  org: OrgId,
  fn: (tx: T) => Promise<R>,
  attempt = 1,
  revoking = false,
): Promise<R> {
  const { result, appended } = await database.write(org, async (tx) => {
    if (attempt > 1) await takeTurn(tx)
    return { result: await fn(tx), appended: afterCommit.appendedIn(tx) }
  })
  if (appended) afterCommit.hint(org, appended.seq)
  if (appended?.revokes) await afterCommit.barrier(org, appended.seq)
  // Every revocation moves the rights, so it is not after the event that moved them last.
  else if (revoking) await afterCommit.barrier(org, seq(await database.read(org, readRights)))
  return result
}
