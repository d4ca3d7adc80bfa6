import { unavailable } from '@parley/core'

/**
 * Bounds the requests that are being worked on, in all and of one organisation, so that who is let in is answered in
 * time and no organisation takes everybody's place. What waits by design (polls, sockets) is not counted.
 */
export class Admission {
  readonly #most: number
  readonly #mostOfOne: number
  readonly #working = new Map<number, number>()
  #total = 0
  #refused = 0

  constructor(most = 512, mostOfOne = 256) {
    this.#most = most
    this.#mostOfOne = mostOfOne
  }

  /** Requests being worked on now. */
  get working(): number {
    return this.#total
  }

  /** How many were refused so far. */
  get refused(): number {
    return this.#refused
  }

  /** Refuses early, before anything was spent on a request. @throws AppError UNAVAILABLE */
  check(org: number): void {
    if (this.#total < this.#most && (this.#working.get(org) ?? 0) < this.#mostOfOne) return
    this.#refused++
    throw unavailable()
  }

  /** Works where there is room. @throws AppError UNAVAILABLE where there is none */
  async take<R>(org: number, work: () => Promise<R>): Promise<R> {
    this.check(org)
    this.#total++
    this.#working.set(org, (this.#working.get(org) ?? 0) + 1)
    try {
      return await work()
    } finally {
      this.#total--
      const left = (this.#working.get(org) ?? 1) - 1
      if (left === 0) this.#working.delete(org)
      else this.#working.set(org, left)
    }
  }
}
