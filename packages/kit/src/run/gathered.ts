import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { type OrgId, orgId } from '@parley/core'
import type { Tx } from '@parley/db'
import { doTogether } from './do-together.ts'
import { Line } from './line.ts'
import type { Pending } from './pending.ts'
import { type Done, type Joining, type Running, waitingOf } from './running.ts'

const mostAtOnce = 16
/** After some were done much may be going on: the next ones gather for a moment, for fewer transactions cost all less. */
export const gatherMs = 100

/** Does small changes of one organisation that come at the same time in one turn and one transaction (`Together`). */
export class Gathered<C, T extends Tx> {
  readonly #lines = new Map<unknown, Map<OrgId, Line<Pending<C, T>>>>()

  /** @throws AppError whatever refuses it; UNAVAILABLE where too much waits already, or nobody waits for this any more */
  take(running: Running<C, T>, joining: Joining<C, T>): Promise<Done> {
    const { joined, asked, principal, route } = joining
    const { together } = joined
    const org = orgId(principal.org)
    const lines = this.#lines.get(together) ?? new Map<OrgId, Line<Pending<C, T>>>()
    this.#lines.set(together, lines)
    const known = lines.get(org)
    const line = known ?? new Line()
    const settle = Promise.withResolvers<Done>()
    const { revokes } = route.operation
    const pending = { ...joining, within: AsyncLocalStorage.snapshot(), settle }
    line.add(waitingOf(asked, revokes), pending, settle.reject)
    if (!known) {
      lines.set(org, line)
      void drain(running, org, line, () => lines.delete(org))
    }
    return settle.promise
  }
}

async function drain<C, T extends Tx>(
  running: Running<C, T>,
  org: OrgId,
  line: Line<Pending<C, T>>,
  ended: () => void,
): Promise<void> {
  // What is asked for in this tick is done together already.
  await new Promise(setImmediate)
  for (let first = line.take(); first; first = line.take()) {
    const batch: [Pending<C, T>, ...Pending<C, T>[]] = [first]
    for (let next = more(batch, line); next; next = more(batch, line)) batch.push(next)
    await first.within(() => doTogether(running, org, batch))
    if (line.length < mostAtOnce) await delay(gatherMs, undefined, { ref: false })
  }
  // At once, so that nobody comes to a line that nothing is taken from any more.
  ended()
}

const more = <P>(batch: readonly P[], line: Line<P>): P | null =>
  batch.length < mostAtOnce ? line.take() : null
