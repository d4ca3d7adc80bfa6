import type { Clock } from '@parley/core'
import type { PassingEvent } from '@parley/events'
import type { Consumer } from './consumer.ts'
import type { Consumers } from './consumers.ts'
import type { Lately } from './lately.ts'
import type { Told } from './told.ts'

/** Queues that nobody serves at the moment are remembered for as long as what they may miss. */
const betweenMs = 10_000
const mostBetween = 10_000

/**
 * What one organisation's queues here are told beside the log. It goes to whoever has everything up to the log's head,
 * and that place is its id: so ids never go back, and acknowledging one acknowledges nothing that was not handed over.
 * Whoever is between two polls gets it with the next.
 */
export class Passing {
  readonly #org: number
  readonly #lately: Lately
  readonly #consumers: Consumers
  readonly #clock: Clock
  /** After which number each consumer was not told what it should; null for none. */
  readonly #missing = new Map<Consumer, number | null>()
  /** Up to where queues between two polls were told, the one that left last at the end. */
  readonly #between = new Map<string, { readonly told: number; readonly at: number }>()

  constructor(org: number, lately: Lately, consumers: Consumers, clock: Clock) {
    this.#org = org
    this.#lately = lately
    this.#consumers = consumers
    this.#clock = clock
  }

  /** A consumer begins to catch up with the log. */
  begin(consumer: Consumer): void {
    const { queueId } = consumer.queue.spec
    const between = this.#between.get(queueId)
    this.#between.delete(queueId)
    this.#missing.set(consumer, between?.told ?? this.#lately.last)
  }

  /** It has everything up to the head: it is told what passed since it was last told something. */
  attached(consumer: Consumer, head: number): void {
    const after = this.#missing.get(consumer) ?? this.#lately.last
    this.#missing.set(consumer, null)
    if (after === this.#lately.last) return
    const missed = this.#lately.after(this.#org, after)
    this.#hand(
      consumer,
      missed.filter((told) => this.#consumers.entitled(consumer, told)),
      head,
      after,
    )
  }

  /** Tells those who wait here. @param head the last event of the log that was handed over to all of them */
  take(events: readonly PassingEvent[], head: number): void {
    for (const event of events) {
      const told = this.#lately.keep(this.#org, event)
      for (const consumer of this.#consumers.concerned(told))
        this.#hand(consumer, [told], head, this.#missing.get(consumer) ?? told.number - 1)
    }
  }

  /** A right was taken: what was decided before is not told after, whatever it was about. */
  revoked(): void {
    this.#lately.clear(this.#org)
  }

  /** A consumer is let go; its queue may come back. */
  end(consumer: Consumer): void {
    const missing = this.#missing.get(consumer)
    if (missing === undefined) return
    this.#missing.delete(consumer)
    const now = this.#clock.monotonic()
    this.#between.set(consumer.queue.spec.queueId, { told: missing ?? this.#lately.last, at: now })
    for (const [queueId, { at }] of this.#between) {
      if (at > now - betweenMs && this.#between.size <= mostBetween) return
      this.#between.delete(queueId)
    }
  }

  /** @param before the number after which it misses something where it does not take them */
  #hand(consumer: Consumer, all: readonly Told[], head: number, before: number): void {
    const events = all.flatMap((told) => this.#consumers.wiredFor(consumer, told, head))
    if (events.length > 0) this.#missing.set(consumer, this.#consumers.pass(consumer, events) ? null : before)
  }
}
