import { unavailable } from '@parley/core'

/** Who brings an image. */
export interface Bringer {
  readonly org: number
  readonly user: number
}

/**
 * Bounds the images that are being decoded or wait for it, in all, of one organisation and of one person, so that neither
 * takes everybody's place. As places get few an organisation has half of what is left at most, so a few of them together
 * do not take all either.
 */
export class Places {
  readonly #most: number
  readonly #mostOfOne: number
  readonly #mostOfPerson: number
  readonly #of = new Map<string, number>()
  #total = 0

  constructor(most: number, mostOfOne: number, mostOfPerson: number) {
    this.#most = most
    this.#mostOfOne = mostOfOne
    this.#mostOfPerson = mostOfPerson
  }

  /** @throws AppError UNAVAILABLE where there is no place for another */
  async take<R>({ org, user }: Bringer, work: () => Promise<R>): Promise<R> {
    const [one, person] = [String(org), `${org}/${user}`]
    const ofOne = Math.min(this.#mostOfOne, (this.#most - this.#total) / 2)
    if (this.#held(one) >= ofOne || this.#held(person) >= this.#mostOfPerson) throw unavailable()
    this.#count([one, person], 1)
    try {
      return await work()
    } finally {
      this.#count([one, person], -1)
    }
  }

  readonly #held = (key: string): number => this.#of.get(key) ?? 0

  #count(keys: readonly string[], by: 1 | -1): void {
    this.#total += by
    for (const key of keys) {
      const now = this.#held(key) + by
      if (now === 0) this.#of.delete(key)
      else this.#of.set(key, now)
    }
  }
}
