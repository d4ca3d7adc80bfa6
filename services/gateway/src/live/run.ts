import type { Wired } from './encoded.ts'

/**
 * Events that are pending, one after the other. Those for whom the same are pending hold the same run, so that nothing is made
 * for each of a thousand.
 */
export class Run {
  readonly #before: Run | null
  readonly #event: Wired | null
  /** The one taken last: nearly all get the same. */
  #next: Run | null = null
  readonly #nexts = new Map<Wired, Run>()
  #events: readonly Wired[] | null = null

  constructor(before: Run | null = null, event: Wired | null = null) {
    this.#before = before
    this.#event = event
  }

  /** This run and one event more; the same object for the same event. */
  and(event: Wired): Run {
    if (this.#next && this.#next.#event === event) return this.#next
    const next = this.#nexts.get(event) ?? new Run(this, event)
    this.#nexts.set(event, next)
    this.#next = next
    return next
  }

  /** In order; the same array each time. */
  get events(): readonly Wired[] {
    this.#events ??= Run.#walk(this)
    return this.#events
  }

  static #walk(run: Run): Wired[] {
    const events: Wired[] = []
    for (let at: Run | null = run; at; at = at.#before) if (at.#event) events.push(at.#event)
    return events.toReversed()
  }
}
