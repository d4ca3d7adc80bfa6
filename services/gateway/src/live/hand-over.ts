import type { Clock } from '@parley/core'

/**
 * When an organisation's events are handed over. A thousand sockets cost milliseconds of a core each time, whether one event
 * is for them or ten: so after each time what comes gathers for `rests` times as long as that took, at most `mostMs`. Few
 * receivers, or few events, never wait; a crowd in a busy channel leaves the core to others for most of the time.
 */
export class HandOver {
  readonly #work: () => void
  readonly #clock: Clock
  readonly #rests: number
  readonly #mostMs: number
  #restsUntil = -Infinity
  #timer: NodeJS.Timeout | null = null

  /** @param work hands over whatever is pending */
  constructor(work: () => void, clock: Clock, rests = 5, mostMs = 100) {
    this.#work = work
    this.#clock = clock
    this.#rests = rests
    this.#mostMs = mostMs
  }

  /** Hands over now, or once it has rested. */
  soon(): void {
    if (this.#timer) return
    const ms = this.#restsUntil - this.#clock.monotonic()
    if (ms < 1) this.now()
    else
      this.#timer = setTimeout(() => {
        this.now()
      }, ms)
  }

  now(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.beside(this.#work)
  }

  /** Hands over something else at once, for which what comes next rests as well. */
  beside(work: () => void): void {
    const began = this.#clock.monotonic()
    work()
    const ended = this.#clock.monotonic()
    const until = ended + Math.min(this.#mostMs, (ended - began) * this.#rests)
    this.#restsUntil = Math.max(this.#restsUntil, until)
  }
}
