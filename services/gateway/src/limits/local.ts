import type { Clock } from '@parley/core'
import { gcra, type Outcome } from './gcra.ts'
import type { Counter } from './limit-keys.ts'

/** Stricter than Redis, for every gateway counts alone. */
const share = 0.5

/**
 * Counts in this process while Redis is away. Holds at most `capacity` keys; when full, new keys share one
 * counter, so that flooding it with keys opens nothing.
 */
export class LocalCounters {
  readonly #tats = new Map<string, number>()
  readonly #clock: Clock
  readonly #capacity: number

  constructor(clock: Clock, capacity = 50_000) {
    this.#clock = clock
    this.#capacity = capacity
  }

  /** Counts a request on all its counters; on none where one refuses, or where it only asks. */
  count(counters: readonly Counter[], counts = true): Outcome[] {
    const now = this.#clock.monotonic()
    const tried = counters.map(({ key, rate }) => {
      const own = this.#tats.has(key) || this.#room(now) ? key : 'overflow'
      const strict = { ...rate, count: Math.max(1, Math.floor(rate.count * share)) }
      return { own, ...gcra(strict, this.#tats.get(own) ?? null, now) }
    })
    if (counts && tried.every(({ outcome }) => outcome.ok))
      for (const { own, tat } of tried) this.#tats.set(own, tat)
    return tried.map(({ outcome }) => outcome)
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) this.#tats.delete(key)
  }

  #room(now: number): boolean {
    if (this.#tats.size < this.#capacity) return true
    // A key whose time has passed says the same as no key.
    for (const [key, tat] of this.#tats) if (tat <= now) this.#tats.delete(key)
    return this.#tats.size < this.#capacity
  }
}
