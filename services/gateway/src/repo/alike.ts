/** Values that are never changed, each kept once however many hold it. Bounded: of too many different ones it begins anew. */
export class Alike<T> {
  readonly #known = new Map<string, T>()
  readonly #most: number

  constructor(most = 200) {
    this.#most = most
  }

  /** @returns what was given, or what is like it and was given before */
  of(value: T): T {
    const key = JSON.stringify(value)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= this.#most) this.#known.clear()
    this.#known.set(key, value)
    return value
  }
}
