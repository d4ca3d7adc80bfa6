import type { Clock } from '@parley/core'

/** A queue and whose it is: who asks for somebody else's is not to learn from the time whether it is polled. */
type Polled = `${number} ${string}`

const stepMs = 5

/**
 * When a poll that has just been answered is served again. Each costs much more than an event in it, so that many who
 * poll a busy channel would take all of the CPU and have everybody wait. The more queues were answered lately, the
 * longer the next answer gathers: together they come to no more than one each `perQueueMs`. A queue that was silent for
 * `mostMs` is answered at once.
 */
export class PollRhythm {
  readonly #clock: Clock
  readonly #perQueueMs: number
  readonly #mostMs: number
  /** When each was answered, for `mostMs`; the last at the end. */
  readonly #answered = new Map<Polled, number>()
  /** Those who gather until the same moment, in steps of `stepMs`: they wait for one timer and are served together. */
  readonly #gathering = new Map<number, Promise<void>>()

  constructor(clock: Clock, perQueueMs = 0.6, mostMs = 80) {
    this.#clock = clock
    this.#perQueueMs = perQueueMs
    this.#mostMs = mostMs
  }

  /** A queue is given events. */
  answered(user: number, queueId: string): void {
    const polled: Polled = `${user} ${queueId}`
    this.#answered.delete(polled)
    this.#answered.set(polled, this.#clock.monotonic())
    this.#forget()
  }

  /** For how long its next answer should still gather, in milliseconds. */
  pause(user: number, queueId: string): number {
    this.#forget()
    const at = this.#answered.get(`${user} ${queueId}`)
    if (at === undefined) return 0
    const together = Math.min(this.#mostMs, this.#answered.size * this.#perQueueMs)
    return Math.max(0, at + together - this.#clock.monotonic())
  }

  /** Resolves when its next answer has gathered; at once where it need not. */
  gathered(user: number, queueId: string): Promise<void> {
    const ms = this.pause(user, queueId)
    if (ms < 1) return Promise.resolve()
    const now = this.#clock.monotonic()
    const step = Math.ceil((now + ms) / stepMs)
    const known = this.#gathering.get(step)
    if (known) return known
    const gathered = new Promise<void>((done) => {
      setTimeout(
        () => {
          this.#gathering.delete(step)
          done()
        },
        step * stepMs - now,
      )
    })
    this.#gathering.set(step, gathered)
    return gathered
  }

  #forget(): void {
    const before = this.#clock.monotonic() - this.#mostMs
    for (const [polled, at] of this.#answered) {
      if (at > before) return
      this.#answered.delete(polled)
    }
  }
}
