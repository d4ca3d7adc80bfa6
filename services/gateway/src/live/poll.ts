import type { ServerResponse } from 'node:http'
import type { Clock } from '@parley/core'
import type { Consumer, EndReason } from './consumer.ts'
import type { Wired } from './encoded.ts'
import { firstOf } from './portion.ts'
import type { Queue } from './queue.ts'

/** How a poll ended. */
export type Outcome =
  | { readonly kind: 'events'; readonly events: readonly Wired[] }
  | { readonly kind: 'beat'; readonly head: number }
  | { readonly kind: 'end'; readonly reason: EndReason | 'nothing' }

/** One long poll: the first thing that happens is its answer. */
export class Poll implements Consumer {
  readonly queue: Queue
  readonly credential: string
  readonly until: number
  readonly heardAt: number
  readonly patienceMs: number
  readonly outcome: Promise<Outcome>
  readonly #settle: (outcome: Outcome) => void
  readonly #response: ServerResponse
  #settled = false

  /** @param held the credential it came with, and when that ends by itself on the monotonic clock */
  constructor(
    queue: Queue,
    held: { readonly credential: string; readonly until: number },
    response: ServerResponse,
    clock: Clock,
    patienceMs: number,
  ) {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    this.queue = queue
    this.credential = held.credential
    this.until = held.until
    this.heardAt = clock.monotonic()
    this.patienceMs = patienceMs
    this.outcome = promise
    this.#settle = (given) => {
      this.#settled = true
      resolve(given)
    }
    this.#response = response
  }

  get answered(): boolean {
    return this.#settled
  }

  deliver(events: readonly Wired[]): void {
    this.#settle({ kind: 'events', events: firstOf(events) })
  }

  pass(events: readonly Wired[]): boolean {
    if (this.#settled) return false
    this.deliver(events)
    return true
  }

  beat(head: number): void {
    this.#settle({ kind: 'beat', head })
  }

  end(reason: EndReason | 'nothing'): void {
    this.#settle({ kind: 'end', reason })
  }

  cut(): void {
    const { socket } = this.#response
    if (this.#response.headersSent && !this.#response.writableFinished && socket && socket.writableLength > 0)
      socket.destroy()
  }
}
