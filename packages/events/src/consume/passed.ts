import type { OrgId, Seq } from '@parley/core'
import type { RunHead } from '../bus/run-head.ts'

/**
 * How far one consumer is done with each organisation's log. A run without an event that concerns it is passed over
 * without touching the database; the place that is written down follows with the next look at the log itself.
 */
export class Passed {
  readonly #done = new Map<OrgId, Seq>()
  readonly #types: ReadonlySet<string>

  constructor(types: readonly string[]) {
    this.#types = new Set(types)
  }

  of(org: OrgId): number {
    return this.#done.get(org) ?? 0
  }

  /** Applied, and written down, up to `to`. */
  applied(org: OrgId, to: Seq): void {
    if (to > this.of(org)) this.#done.set(org, to)
  }

  /** @returns whether there is nothing to do for the run: it is done with, or follows what is and concerns nobody here */
  passes(org: OrgId, run: RunHead): boolean {
    const done = this.#done.get(org)
    if (done === undefined || run.from > done + 1) return false
    if (run.to > done) {
      if (run.types.some((type) => this.#types.has(type))) return false
      this.#done.set(org, run.to)
    }
    return true
  }
}
