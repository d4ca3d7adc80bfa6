import { unavailable } from '@parley/core'

/** A process that comes this late to what is due has all that it can do, milliseconds. */
const busyMs = 100
/** Never fewer in all: services that restart make a gateway late too, and its usual load has to be let in then. */
const least = 128

/**
 * Of `most` requests, how many may be worked on in a process that is so late. A gateway that takes in all that it is
 * asked answers everybody late, and late enough loses its lease.
 */
export function allowed(most: number, lateMs: number): number {
  if (lateMs <= busyMs) return most
  return Math.min(most, Math.max(least, Math.floor(most * (busyMs / lateMs) ** 2)))
}

/**
 * Bounds the requests that are being worked on, in all and of one organisation, so that who is let in is answered in
 * time and no organisation takes everybody's place. What waits by design (polls, sockets) is not counted.
 */
export class Admission {
  readonly #most: number
  readonly #mostOfOne: number
  readonly #lateMs: () => number
  readonly #working = new Map<number, number>()
  /** Of these, those of nobody who is signed in. */
  readonly #strangers = new Map<number, number>()
  #total = 0
  #totalStrangers = 0
  #refused = 0

  /** @param lateMs how late this process is now, milliseconds */
  constructor(lateMs: () => number, most = 512, mostOfOne = 256) {
    this.#lateMs = lateMs
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

  /**
   * Refuses early, before anything was spent on a request. @throws AppError UNAVAILABLE
   * @param stranger it is for who is not signed in: storms of sign-ins, of one organisation or of many, leave half of
   *   the places to those who are
   */
  check(org: number, stranger: boolean): void {
    const late = this.#lateMs()
    const all = allowed(this.#most, late)
    // However few there are, one organisation never has them all.
    const ofOne = all < this.#most ? Math.min(this.#mostOfOne, all / 2) : this.#mostOfOne
    const strangers = this.#strangers.get(org) ?? 0
    const working = this.#working.get(org) ?? 0
    const room = stranger
      ? this.#total < all && this.#totalStrangers < all / 2 && working < ofOne && strangers < ofOne / 2
      : besides(this.#total, this.#totalStrangers, all) < all && besides(working, strangers, ofOne) < ofOne
    if (room) return
    this.#refused++
    throw unavailable()
  }

  /** Works where there is room. @throws AppError UNAVAILABLE where there is none */
  async take<R>(org: number, stranger: boolean, work: () => Promise<R>): Promise<R> {
    this.check(org, stranger)
    this.#total++
    count(this.#working, org, 1)
    if (stranger) this.#strange(org, 1)
    try {
      return await work()
    } finally {
      this.#total--
      count(this.#working, org, -1)
      if (stranger) this.#strange(org, -1)
    }
  }

  #strange(org: number, by: 1 | -1): void {
    this.#totalStrangers += by
    count(this.#strangers, org, by)
  }
}

/** Places taken where strangers count for half of all at most: more have come in only while there were more places. */
const besides = (taken: number, strangers: number, all: number): number =>
  taken - strangers + Math.min(strangers, all / 2)

function count(counts: Map<number, number>, org: number, by: 1 | -1): void {
  const now = (counts.get(org) ?? 0) + by
  if (now === 0) counts.delete(org)
  else counts.set(org, now)
}
