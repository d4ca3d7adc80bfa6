import { AppError, type OrgId } from '@parley/core'
import type { Tx } from '@parley/db'
import { bounded } from './repo/bounded.ts'

/** Keeps searches from taking the database away from everything else. */
export interface Searches {
  /**
   * Runs what searches, where the narrow has a `search`; anything else just runs.
   * @throws AppError UNAVAILABLE where too many run already, and where a statement takes too long
   */
  run<R>(tx: Tx, terms: readonly { readonly kind: string }[], fn: () => Promise<R>): Promise<R>
}

export interface SearchesOptions {
  /** How many of one organisation, and how many of all, this process runs at once; more are refused. */
  readonly perOrganisation?: number
  readonly perProcess?: number
  /** How long one statement may take, milliseconds. */
  readonly statementMs?: number
}

// Refused rather than kept waiting: who waits has a connection of the pool.
const busy = (): AppError =>
  new AppError('UNAVAILABLE', 'Too many searches at once', { data: { 'retry-after': 1 }, retryable: true })

export function createSearches(options: SearchesOptions = {}): Searches {
  const { perOrganisation = 3, perProcess = 5, statementMs = 3_000 } = options
  const running = new Map<OrgId, number>()
  let all = 0
  return {
    async run(tx, terms, fn) {
      if (!terms.some(({ kind }) => kind === 'search')) return fn()
      const of = running.get(tx.org) ?? 0
      if (of >= perOrganisation || all >= perProcess) throw busy()
      running.set(tx.org, of + 1)
      all++
      try {
        return await bounded(tx, statementMs, fn)
      } finally {
        all--
        const left = (running.get(tx.org) ?? 1) - 1
        if (left === 0) running.delete(tx.org)
        else running.set(tx.org, left)
      }
    },
  }
}
