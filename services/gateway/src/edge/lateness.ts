import type { Clock } from '@parley/core'

const everyMs = 50
/** Of what was measured before, so much is believed at the next look: one late turn counts for about half a second. */
const kept = 0.8

/** How long this process takes to come round to what is due: it rises before anything else says that it is too busy. */
export class Lateness implements Disposable {
  readonly #clock: Clock
  readonly #timer: NodeJS.Timeout
  #due: number
  #ms = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#due = clock.monotonic() + everyMs
    this.#timer = setInterval(() => this.look(), everyMs)
    this.#timer.unref()
  }

  /** Milliseconds; as late as it was lately, or is now. */
  get ms(): number {
    return Math.max(this.#ms, this.#clock.monotonic() - this.#due)
  }

  look(): void {
    const now = this.#clock.monotonic()
    this.#ms = Math.max(this.#ms * kept, now - this.#due)
    this.#due = now + everyMs
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
