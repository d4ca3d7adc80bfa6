import type { Clock } from '@parley/core'
import type { Live } from './live.ts'
import type { Positions } from './positions.ts'
import { EventSocket } from './event-socket.ts'
import { tickMs } from './patience.ts'

const saveMs = 5000
const slowMs = 60_000

/** What happens as time passes: heartbeats, pings, slow readers let go, positions saved, queues collected. */
export class Ticker {
  readonly #live: Live
  readonly #positions: Positions
  readonly #clock: Clock
  readonly #sweep: () => Promise<unknown>
  readonly #look: () => void
  readonly #report: (error: unknown) => void
  #timer: NodeJS.Timeout | null = null
  #savedAt: number
  #slowAt: number
  #busy: Promise<void> = Promise.resolve()

  /** @param look what else is looked at each time */
  constructor(
    live: Live,
    positions: Positions,
    clock: Clock,
    sweep: () => Promise<unknown>,
    report: (error: unknown) => void,
    look: () => void,
  ) {
    this.#live = live
    this.#positions = positions
    this.#clock = clock
    this.#sweep = sweep
    this.#report = report
    this.#look = look
    this.#savedAt = this.#slowAt = clock.monotonic()
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.tick()
    }, tickMs)
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    await this.#busy
    await this.#positions.flush()
  }

  tick(): void {
    const now = this.#clock.monotonic()
    this.#look()
    for (const { organisation, consumer } of this.#live.waiting()) {
      if (now >= consumer.until) {
        organisation.stop(consumer, 'revoked')
        continue
      }
      if (consumer instanceof EventSocket) consumer.tick()
      organisation.waits(consumer)
      if (now - consumer.heardAt >= consumer.patienceMs && this.#live.lease.valid())
        consumer.beat(organisation.head)
    }
    if (now - this.#slowAt >= slowMs) {
      this.#slowAt = now
      this.#live.tidy()
      // Whoever waits keeps its queue alive.
      for (const { organisation, consumer } of this.#live.waiting())
        this.#positions.note(organisation.org, consumer.queue.spec.queueId, 0)
      this.#later(this.#sweep)
    }
    if (now - this.#savedAt >= saveMs) {
      this.#savedAt = now
      this.#later(() => this.#positions.flush())
    }
  }

  /** One after the other, so that a slow database is not asked twice at a time. */
  #later(work: () => Promise<unknown>): void {
    this.#busy = this.#busy.then(work).then(() => {}, this.#report)
  }
}
