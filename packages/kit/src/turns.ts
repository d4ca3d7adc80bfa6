import { unavailable } from '@parley/core'

/** Lets only so much of one kind of work be done at a time; the rest waits, and beyond a point is refused. */
export class Turns {
  readonly #atOnce: number
  readonly #mostWaiting: number
  #busy = 0
  readonly #waiting: (() => void)[] = []

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
  }

  /** @throws AppError UNAVAILABLE where too many wait already */
  async take<R>(work: () => Promise<R>): Promise<R> {
    if (this.#busy >= this.#atOnce) {
      if (this.#waiting.length >= this.#mostWaiting) throw unavailable()
      await new Promise<void>((turn) => {
        this.#waiting.push(turn)
      })
    } else this.#busy++
    try {
      return await work()
    } finally {
      // The turn is handed on, never given back while somebody waits.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#busy--
    }
  }
}
