import type { Consumer } from './consumer.ts'

/** Takes back what is on its way out of this process where its reader loses the right to it. */
export class Cutting {
  /** Consumers whose last answer may still wait in this process, by user. */
  readonly #leaving = new Map<number, Set<Consumer>>()
  #done: Promise<void> = Promise.resolve()

  /** Remembers that a consumer's answer is on its way. @returns says that it has left */
  leaving(consumer: Consumer): () => void {
    const { user } = consumer.queue.spec
    const own = this.#leaving.get(user) ?? new Set()
    own.add(consumer)
    this.#leaving.set(user, own)
    return () => {
      own.delete(consumer)
      if (own.size === 0 && this.#leaving.get(user) === own) this.#leaving.delete(user)
    }
  }

  /** Those whose last answer is on its way. */
  *consumers(): Iterable<Consumer> {
    for (const own of this.#leaving.values()) yield* own
  }

  /** Cuts those who lost a right. Bytes on their way get two turns of the event loop to reach the kernel. */
  soon(consumers: readonly Consumer[]): void {
    if (consumers.length === 0) return
    this.#done = this.#done
      .then(turn)
      .then(turn)
      .then(() => {
        for (const consumer of consumers) consumer.cut()
      })
  }

  /** Nothing that waits may leave any more. */
  now(): void {
    for (const consumer of this.consumers()) consumer.cut()
  }

  /** Resolves when those are cut that are to be by now. */
  done(): Promise<void> {
    return this.#done
  }
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))
