import type { Clock } from '@parley/core'

/** A queue and whose it is: who asks for somebody else's is not to learn from the time whether it is polled. */
type Polled = `${number} ${string}`

/** The time to gather differs from queue to queue by so much of it, half of that up and half down. */
const spreadOver = 0.3

/**
 * When a poll that has just been answered is served again. Each costs much more than an event in it, so that many who
 * poll a busy channel would take all of the CPU and have everybody wait. The more queues were answered lately, the
 * longer the next answer gathers: together they come to no more than one each `perQueueMs`. Some gather less than
 * others, for those that an event had answered at once would come back at once, again and again. A queue that was silent
 * for a little more than `mostMs` is answered at once.
 */
export class PollRhythm {
  readonly #clock: Clock
  readonly #perQueueMs: number
  readonly #mostMs: number
  /** When each was answered, while that counts, and how much of the time together it gathers; the last at the end. */
  readonly #answered = new Map<Polled, { readonly at: number; readonly share: number }>()
  #spread = 0

  constructor(clock: Clock, perQueueMs = 0.65, mostMs = 65) {
    this.#clock = clock
    this.#perQueueMs = perQueueMs
    this.#mostMs = mostMs
  }

  /** A queue is given events. */
  answered(user: number, queueId: string): void {
    const polled: Polled = `${user} ${queueId}`
    this.#answered.delete(polled)
    // Parts of the golden ratio lie apart however many they are.
    this.#spread = (this.#spread + 0.618034) % 1
    this.#answered.set(polled, { at: this.#clock.monotonic(), share: 1 + spreadOver * (this.#spread - 0.5) })
    this.#forget()
  }

  /** For how long its next answer should still gather, in milliseconds. */
  pause(user: number, queueId: string): number {
    this.#forget()
    const known = this.#answered.get(`${user} ${queueId}`)
    if (!known) return 0
    const together = Math.min(this.#mostMs, this.#answered.size * this.#perQueueMs)
    return Math.max(0, known.at + known.share * together - this.#clock.monotonic())
  }

  #forget(): void {
    const before = this.#clock.monotonic() - this.#mostMs * (1 + spreadOver / 2)
    for (const [polled, { at }] of this.#answered) {
      if (at > before) return
      this.#answered.delete(polled)
    }
  }
}
