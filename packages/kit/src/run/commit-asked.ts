import type { Actor } from '@parley/access'
import type { Principal } from '@parley/api'
import { AppError, orgId, type Rights, unavailable, userId } from '@parley/core'
import { type Database, readActor, takeTurn, type Tx } from '@parley/db'
import type { AfterCommit } from './after-commit.ts'
import { commit, deciding } from './commit.ts'
import { inLine } from './in-line.ts'
import type { TurnsOf } from './turns-of.ts'

/** Whom a write is for: an operation's own handling has both. */
export interface AskedBy {
  readonly principal: Principal
  readonly signal: AbortSignal
}

/** The credential's account has changed since the gateway looked: it drops what it remembers and looks again. */
export const stale = (): AppError =>
  new AppError('UNAUTHORIZED', 'Invalid API key', { data: { stale: true } })

/** Is the account what it was when the credential was checked? */
export const stillGood = (actor: Actor | null, { generation }: Principal): actor is Actor =>
  actor?.isActive === true && actor.generation === generation

/** @throws AppError UNAVAILABLE where nobody waits for the answer any more: then nothing is to be written */
export function stillWaitedFor(signal: AbortSignal): void {
  if (signal.aborted) throw unavailable(signal.reason)
}

interface Parts<T extends Tx> {
  readonly database: Pick<Database<T>, 'read' | 'write'>
  readonly afterCommit: AfterCommit
  /** Where those that are done in turn wait without a connection. */
  readonly turns?: TurnsOf
}
type Work<R, T extends Tx> = (tx: T, who: { readonly actor: Actor; readonly rights: Rights }) => Promise<R>

/**
 * One write of an operation that arranges its own transactions because it waits, for a hash or a decoder or its turn. What
 * was decided before may be of a credential that was revoked meanwhile, so who asks is read anew, and `work` decides for
 * them. Decides again, three times in all, where rights move on.
 * @throws AppError UNAUTHORIZED (stale) where the account is not what it was when its credential was checked; UNAVAILABLE
 *   where rights never stood still, or nobody waits for the answer any more
 */
export const commitAsked = <R, T extends Tx>(parts: Parts<T>, asked: AskedBy, work: Work<R, T>): Promise<R> =>
  writing(parts, asked, work, async () => {})

/** The same in the organisation's turn, which it waits for before anything is read. */
export const commitInTurn = <R, T extends Tx>(
  parts: Parts<T>,
  asked: AskedBy,
  work: Work<R, T>,
): Promise<R> => {
  const { principal, signal } = asked
  // Of what was asked for its handler keeps what it needs: it is small.
  const waiting = { account: principal.user, revokes: false, bytes: 0, signal }
  const database = inLine(parts.database, parts.turns, waiting)
  return writing({ ...parts, database }, asked, work, takeTurn)
}

const writing = <R, T extends Tx>(
  parts: Parts<T>,
  { principal, signal }: AskedBy,
  work: Work<R, T>,
  waiting: (tx: Tx) => Promise<void>,
): Promise<R> => {
  const within = async (tx: T): Promise<R> => {
    await waiting(tx)
    const { actor, rights } = await readActor(tx, userId(principal.user))
    if (!stillGood(actor, principal)) throw stale()
    const result = await work(tx, { actor, rights })
    stillWaitedFor(signal)
    return result
  }
  return deciding((attempt) => commit(parts, orgId(principal.org), within, attempt))
}
