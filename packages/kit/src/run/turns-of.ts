import { type OrgId, unavailable } from '@parley/core'
import { Line, type Waiting } from './line.ts'

/**
 * One is at work and the next has its connection already and waits in Postgres, behind those of other processes too. More
 * would only take connections from other organisations, and each comes to one that has forgotten less the fewer there are.
 */
const atOnce = 2

interface Organisation {
  busy: number
  readonly line: Line<() => void>
}

/** Lets few changes of one organisation that take its turn have a connection; the others wait without one. */
export class TurnsOf {
  readonly #organisations = new Map<OrgId, Organisation>()

  /** @throws AppError UNAVAILABLE where too much waits already, or nobody waits for this any more */
  async take<R>(org: OrgId, asked: Waiting, work: () => Promise<R>): Promise<R> {
    if (asked.signal.aborted) throw unavailable(asked.signal.reason)
    const own = this.#organisations.get(org) ?? { busy: 0, line: new Line() }
    this.#organisations.set(org, own)
    if (own.busy < atOnce) own.busy++
    else await new Promise<void>((begin, gone) => own.line.add(asked, begin, gone))
    try {
      return await work()
    } finally {
      // The turn is handed on, never given back while somebody waits.
      const next = own.line.take()
      if (next) next()
      else if (--own.busy === 0) this.#organisations.delete(org)
    }
  }
}
