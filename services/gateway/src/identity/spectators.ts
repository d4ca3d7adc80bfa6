import type { Clock } from '@parley/core'

/** Asks whether an organisation lets anybody look who has no account. */
export type LetsSpectators = (org: number) => Promise<boolean>

const refusedMs = 1000
const most = 10_000

/**
 * Which organisations let anybody look who has no account. One that does not is not asked again for a second, so that who
 * may do nothing costs nothing; one that does is asked each time. What is shown is decided where it is read, not here.
 */
export class Spectators {
  readonly #ask: LetsSpectators
  readonly #clock: Clock
  readonly #refused = new Map<number, number>()
  readonly #asking = new Map<number, Promise<boolean>>()

  constructor(ask: LetsSpectators, clock: Clock) {
    this.#ask = ask
    this.#clock = clock
  }

  async letIn(org: number): Promise<boolean> {
    if ((this.#refused.get(org) ?? 0) > this.#clock.monotonic()) return false
    const asked = this.#asking.get(org)
    if (asked) return asked
    const asking = this.#ask(org)
    this.#asking.set(org, asking)
    try {
      const letIn = await asking
      if (!letIn) this.#remember(org)
      return letIn
    } finally {
      this.#asking.delete(org)
    }
  }

  #remember(org: number): void {
    if (this.#refused.size >= most) this.#refused.clear()
    this.#refused.set(org, this.#clock.monotonic() + refusedMs)
  }
}
