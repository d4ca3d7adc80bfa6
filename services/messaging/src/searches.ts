import type { Tx } from '@parley/db'
import { type CostlyReadsBounds, createCostlyReads, type Reader } from './costly-reads.ts'

/** Keeps searches from taking the database away from everything else, and one person's from everybody else's. */
export interface Searches {
  /**
   * Runs what searches, where the narrow has a `search`; anything else just runs.
   * @throws AppError UNAVAILABLE where too many run already, and where a statement takes too long
   */
  run<R>(tx: Tx, actor: Reader, terms: readonly { readonly kind: string }[], fn: () => Promise<R>): Promise<R>
}

export function createSearches(bounds: Partial<CostlyReadsBounds> = {}): Searches {
  const reads = createCostlyReads(
    { perPerson: 2, perOrganisation: 3, perProcess: 5, statementMs: 3_000, ...bounds },
    { busy: 'Too many searches at once', slow: 'The search took too long: narrow it down' },
  )
  return {
    run: (tx, actor, terms, fn) =>
      terms.some(({ kind }) => kind === 'search') ? reads.run(tx, actor, fn) : fn(),
  }
}
