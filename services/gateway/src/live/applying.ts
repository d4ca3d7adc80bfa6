import { event as declare, type EventDeclaration } from '@parley/events'
import { z } from 'zod'
import type { Consumer } from './consumer.ts'
import type { Consumers } from './consumers.ts'
import type { Cutting } from './cutting.ts'
import { type Effect, effectOf } from './effect.ts'
import type { HandOver } from './hand-over.ts'
import type { LogEvent } from './log-event.ts'
import { losing } from './losing.ts'
import type { Passing } from './passing.ts'
import type { People } from './people.ts'
import type { Recent, Ring } from './ring.ts'
import type { Servings } from './servings.ts'

export interface ApplyingDeps {
  readonly ring: Ring
  readonly declarations: ReadonlyMap<string, EventDeclaration>
  readonly people: People
  readonly consumers: Consumers
  readonly handOver: HandOver
  readonly passing: Passing
  readonly servings: Servings
  readonly cutting: Cutting
  readonly onEffect: (org: number, effect: Effect) => void
  readonly report: (error: unknown, type: string) => void
  /** Makes all who wait begin again. */
  readonly resumeAll: () => void
}

/** Applies one organisation's log in order: each event is kept, takes its effect, and is offered to who waits. */
export class Applying {
  readonly #org: number
  readonly #deps: ApplyingDeps

  constructor(org: number, deps: ApplyingDeps) {
    this.#org = org
    this.#deps = deps
  }

  apply(events: readonly LogEvent[]): void {
    const { handOver, passing, consumers } = this.#deps
    for (const event of events) {
      // What is pending was allowed until here; after a right is taken it would not be.
      if (event.revokes) {
        handOver.now()
        passing.revoked()
      }
      const effect = this.#effect(event)
      const recent = this.#keep(event, effect)
      if (effect) this.#take(event, effect)
      if (recent) consumers.offer(recent)
    }
    handOver.soon()
  }

  /** Every seq has its place in the ring, also what this version does not know. */
  #keep(event: LogEvent, effect: Effect | null): Recent | null {
    const { ring, declarations, report } = this.#deps
    const declaration = declarations.get(event.type)
    const body = declaration?.body.safeParse(event.body)
    if (declaration && body?.success) return ring.push(this.#org, declaration, event, body.data, effect)
    report(new Error('event does not fit its declaration'), event.type)
    ring.push(this.#org, unknown, event, null, effect)
    return null
  }

  #effect(event: LogEvent): Effect | null {
    const { report, resumeAll, people } = this.#deps
    try {
      return effectOf(event)
    } catch (error) {
      // Whom it touches is unknown, so nobody is served by what is held: all begin again from the database.
      report(error, event.type)
      resumeAll()
      people.forget(Infinity, () => false)
      return null
    }
  }

  #take(event: LogEvent, effect: Effect): void {
    const { people, onEffect, servings, cutting } = this.#deps
    const touched = event.revokes ? this.#touched(effect) : []
    people.apply(event.seq, effect)
    onEffect(this.#org, effect)
    servings.apply(effect)
    cutting.soon(touched)
  }

  /** Those whose bytes on their way may hold what the effect takes from them. */
  #touched(effect: Effect): Consumer[] {
    const { servings, cutting, people } = this.#deps
    const loses = losing(effect, people.members)
    const all = new Set([...servings.consumers(), ...cutting.consumers()])
    return [...all].filter(({ queue }) => loses(queue.spec.user))
  }
}

/** Stands for events that this version cannot read. */
const unknown = declare({ type: 'unknown', emitter: 'gateway', audience: 'nobody', body: z.unknown() })
