import type { Ids } from '@parley/core'

/** Waits between attempts: doubled each time, half of each by chance, so that callers do not come back in step. */
export class Backoff {
  readonly #first: number
  readonly #longest: number
  readonly #ids: Ids
  #failures = 0

  constructor([first, longest]: readonly [first: number, longest: number], ids: Ids) {
    this.#first = first
    this.#longest = longest
    this.#ids = ids
  }

  /** The next wait, milliseconds. */
  next(): number {
    const whole = Math.min(this.#longest, this.#first * 2 ** Math.min(this.#failures++, 30))
    return whole / 2 + (whole / 2) * chance(this.#ids)
  }

  /** It worked: the next failure begins with the first wait again. */
  reset(): void {
    this.#failures = 0
  }
}

/** A number from 0 to below 1. */
export const chance = (ids: Ids): number => ids.bytes(4).readUInt32BE() / 2 ** 32
