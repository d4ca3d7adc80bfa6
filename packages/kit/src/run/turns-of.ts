import type { OrgId } from '@parley/core'
import { Turns } from '../turns.ts'

/**
 * One is at work and the next has its connection already and waits in Postgres, behind those of other processes too. More
 * would only take connections from other organisations, and each comes to one that has forgotten less the fewer there are.
 */
const atOnce = 2
/** Far more than are done before whoever asked has gone. */
const mostWaiting = 500

/** Lets few changes of one organisation that take its turn have a connection; the others wait without one. */
export class TurnsOf {
  readonly #organisations = new Map<OrgId, { readonly turns: Turns; inside: number }>()

  /** @throws AppError UNAVAILABLE where too many of the organisation wait already */
  async take<R>(org: OrgId, work: () => Promise<R>): Promise<R> {
    const own = this.#organisations.get(org) ?? { turns: new Turns(atOnce, mostWaiting), inside: 0 }
    this.#organisations.set(org, own)
    own.inside++
    try {
      return await own.turns.take(work)
    } finally {
      if (--own.inside === 0) this.#organisations.delete(org)
    }
  }
}
