import type { Actor } from '@parley/access'
import { AppError, Shares } from '@parley/core'
import type { Tx } from '@parley/db'
import { bounded } from './repo/bounded.ts'

/** Keeps reads of one kind from taking the database away from everything else, and from everybody else's. */
export interface CostlyReads {
  /** @throws AppError UNAVAILABLE where too many run already, and where a statement takes too long */
  run<R>(tx: Tx, actor: Reader, fn: () => Promise<R>): Promise<R>
}

/** Whose reads they are; those of all who have no account are one's. */
export type Reader = Pick<Actor, 'userId' | 'botOwnerId'>

export interface CostlyReadsBounds {
  /** How many of one person with all their bots, of one organisation, and of all, this process runs at once; more are refused. */
  readonly perPerson: number
  readonly perOrganisation: number
  readonly perProcess: number
  /** How long one statement may take, milliseconds. */
  readonly statementMs: number
}

/** @param saying what is said where too many run, and where one takes too long */
export function createCostlyReads(
  { perPerson, perOrganisation, perProcess, statementMs }: CostlyReadsBounds,
  saying: { readonly busy: string; readonly slow: string },
): CostlyReads {
  const running = new Shares()
  return {
    async run(tx, actor, fn) {
      const organisation = `${tx.org}`
      // Whoever has many bots is one person.
      const person = `${tx.org} ${actor.botOwnerId ?? actor.userId}`
      const shares = [
        ['', perProcess],
        [organisation, perOrganisation],
        [person, perPerson],
      ] as const
      // Refused rather than kept waiting: who waits has a connection of the pool.
      return running.take(
        shares,
        () => new AppError('UNAVAILABLE', saying.busy, { data: { 'retry-after': 1 }, retryable: true }),
        () => bounded(tx, statementMs, saying.slow, fn),
      )
    },
  }
}
