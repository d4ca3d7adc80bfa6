import { QueueSpec } from '../live/queue.ts'
import { Alike } from './alike.ts'

interface Kept {
  readonly spec: QueueSpec
  readonly size: number
}

/**
 * What queues want, which never changes. The one that nobody asked for longest goes first; bounded by number and by the
 * characters of their JSON, and what is long is not kept at all: anybody may register many.
 */
export class RememberedSpecs {
  readonly #kept = new Map<string, Kept>()
  readonly #most: { readonly specs: number; readonly characters: number; readonly ofOne: number }
  /** Clients of one kind ask for the same. */
  readonly #alike = new Alike<Pick<QueueSpec, 'eventTypes' | 'narrow' | 'capabilities'>>()
  #characters = 0

  constructor(most = { specs: 10_000, characters: 8_000_000, ofOne: 4000 }) {
    this.#most = most
  }

  get size(): number {
    return this.#kept.size
  }

  get(org: number, queueId: string): QueueSpec | null {
    const kept = this.#kept.get(queueId)
    if (kept?.spec.org !== org) return null
    const { spec } = kept
    this.#kept.delete(queueId)
    // Not as it was asked for: that may be a piece of a whole URL, which would stay.
    this.#kept.set(spec.queueId, kept)
    return spec
  }

  /** @param found as it is written. @throws z.ZodError where it is of another version */
  add(found: unknown): QueueSpec {
    const own = QueueSpec.parse(found)
    const { queueId, eventTypes, narrow, capabilities } = own
    const size = JSON.stringify(found).length
    this.forget(queueId)
    if (size > this.#most.ofOne) return own
    const spec = { ...own, ...this.#alike.of({ eventTypes, narrow, capabilities }) }
    this.#kept.set(queueId, { spec, size })
    this.#characters += size
    while (this.#characters > this.#most.characters || this.#kept.size > this.#most.specs) {
      const [oldest = ''] = this.#kept.keys()
      this.forget(oldest)
    }
    return spec
  }

  forget(queueId: string): void {
    this.#characters -= this.#kept.get(queueId)?.size ?? 0
    this.#kept.delete(queueId)
  }
}
