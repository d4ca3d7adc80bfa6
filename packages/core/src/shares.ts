/** Somebody who shares places with others, and how many of them they may have at once. */
export type Share = readonly [of: string, most: number]

/** Places for work, so many of which one person, one organisation and all together may have at once. */
export class Shares {
  readonly #taken = new Map<string, number>()

  /** Works in a place of each of `shares`. @throws what `full` makes, before the work begins, where one of them has none left */
  async take<R>(shares: readonly Share[], full: () => Error, work: () => Promise<R>): Promise<R> {
    if (shares.some(([of, most]) => (this.#taken.get(of) ?? 0) >= most)) throw full()
    for (const [of] of shares) this.#taken.set(of, (this.#taken.get(of) ?? 0) + 1)
    try {
      return await work()
    } finally {
      for (const [of] of shares) {
        const left = (this.#taken.get(of) ?? 1) - 1
        if (left === 0) this.#taken.delete(of)
        else this.#taken.set(of, left)
      }
    }
  }
}
