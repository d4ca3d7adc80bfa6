/** What waits, of each who wait for themselves in the order in which it came; they are served by turns. */
export class ByTurns<K, T> {
  /** In the order in which they come next. */
  readonly #queues = new Map<K, T[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** How much of one waits. */
  sizeOf(of: K): number {
    return this.#queues.get(of)?.length ?? 0
  }

  add(of: K, item: T): void {
    const queue = this.#queues.get(of) ?? []
    this.#queues.set(of, queue)
    queue.push(item)
    this.#size++
  }

  /** The first of whoever was served longest ago; undefined where nothing waits. */
  take(): T | undefined {
    for (const [of, queue] of this.#queues) {
      const item = queue.shift()
      this.#size--
      this.#queues.delete(of)
      if (queue.length > 0) this.#queues.set(of, queue)
      return item
    }
    return undefined
  }

  /** It waits no more. */
  drop(of: K, item: T): void {
    const queue = this.#queues.get(of) ?? []
    const place = queue.indexOf(item)
    if (place < 0) return
    queue.splice(place, 1)
    this.#size--
    if (queue.length === 0) this.#queues.delete(of)
  }
}
