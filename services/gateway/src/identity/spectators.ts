import type { Clock } from '@parley/core'

/** Asks whether an organisation lets anybody look who has no account. */
export type LetsSpectators = (org: number) => Promise<boolean>

const rememberedMs = 1000
const most = 10_000

/**
 * Which organisations let anybody look who has no account. None is asked twice in a second, so that who asks and asks costs
 * little. What is shown is decided where it is read, not here.
 */
export class Spectators {
  readonly #ask: LetsSpectators
  readonly #clock: Clock
  readonly #known = new Map<number, { readonly letIn: boolean; readonly until: number }>()
  readonly #asking = new Map<number, Promise<boolean>>()

  constructor(ask: LetsSpectators, clock: Clock) {
    this.#ask = ask
    this.#clock = clock
  }

  async letIn(org: number): Promise<boolean> {
    const known = this.#known.get(org)
    if (known && known.until > this.#clock.monotonic()) return known.letIn
    const asked = this.#asking.get(org)
    if (asked) return asked
    const asking = this.#ask(org)
    this.#asking.set(org, asking)
    try {
      const letIn = await asking
      this.#remember(org, letIn)
      return letIn
    } finally {
      this.#asking.delete(org)
    }
  }

  #remember(org: number, letIn: boolean): void {
    if (this.#known.size >= most) this.#known.clear()
    this.#known.set(org, { letIn, until: this.#clock.monotonic() + rememberedMs })
  }
}
