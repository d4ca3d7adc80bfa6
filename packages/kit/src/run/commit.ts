import { Beforehand, type OrgId, seq, unavailable } from '@parley/core'
import { type Database, readRights, takeTurn, type Tx } from '@parley/db'
import { StaleRights } from '@parley/events'
import type { AfterCommit } from './after-commit.ts'

const decisions = 3
/** What has to be done first may be something else when it is done. */
const mostBefore = 3

/**
 * Does `work` again, three times in all, where rights moved between its decision and its append; and once what had to be
 * done before it is done, as often.
 * @param work holds nothing that others need once it has failed; is told which attempt it is, from 1: one that was given up
 *   for something to be done first is none
 * @throws AppError UNAVAILABLE where they never stood still; whatever fails that had to be done first
 */
export async function deciding<R>(work: (attempt: number) => Promise<R>): Promise<R> {
  let before = 0
  for (let attempt = 1; ;) {
    try {
      return await work(attempt)
    } catch (error) {
      if (error instanceof Beforehand) {
        if (before++ === mostBefore) throw unavailable(error)
        await error.work()
      } else {
        if (!(error instanceof StaleRights)) throw error
        if (attempt++ === decisions) throw unavailable(error)
      }
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
