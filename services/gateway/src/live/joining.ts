import { unavailable } from '@parley/core'
import type { EventDeclaration } from '@parley/events'
import { stale } from '@parley/kit'
import { type AudienceReader, CatchUp, judge, type Now } from './catch-up.ts'
import type { Consumer } from './consumer.ts'
import type { Consumers } from './consumers.ts'
import type { Wired } from './encoded.ts'
import type { Feed } from './feed.ts'
import type { Members } from './members.ts'
import type { Passing } from './passing.ts'
import { enough } from './portion.ts'
import type { Recent, Ring } from './ring.ts'
import type { Serving } from './servings.ts'
import { movesIn, sinceIn } from './since.ts'
import { Whereabouts } from './whereabouts.ts'

export interface JoiningDeps {
  readonly log: AudienceReader
  readonly declarations: ReadonlyMap<string, EventDeclaration>
  readonly ring: Ring
  readonly feed: Feed
  readonly members: Members
  readonly consumers: Consumers
  readonly passing: Passing
  /** May this process answer now? */
  readonly mayAnswer: () => boolean
}

/** Brings who begins to be served up to the head of the log, and lets it join those that stand there. */
export class Joining {
  readonly #org: number
  readonly #deps: JoiningDeps

  constructor(org: number, deps: JoiningDeps) {
    this.#org = org
    this.#deps = deps
  }

  /** First what the log has after a place, then what memory has. */
  async join(serving: Serving, after: number): Promise<void> {
    const { log, declarations, feed, ring } = this.#deps
    const { consumer } = serving
    const { queue } = consumer
    const reading = new CatchUp(log, queue, declarations, (seq) => feed.reach(seq))
    for (let position = after; !serving.stopped;) {
      const recents = ring.after(this.#org, position)
      if (recents) {
        this.#fromMemory(serving, recents, reading)
        return
      }
      const step = await reading.step(position, () => this.#now(queue.spec.user))
      if (!step || serving.stopped) continue
      position = step.upTo
      if (step.events.length > 0) this.#hand(consumer, step.events)
      if (consumer.answered) return
      await consumer.drained?.()
    }
  }

  #fromMemory(serving: Serving, recents: readonly Recent[], { walked }: CatchUp): void {
    const { consumer } = serving
    const { queue } = consumer
    const { head, person, open } = this.#now(queue.spec.user)
    const moves = [...walked, ...movesIn(recents, queue.spec.user)]
    const where = new Whereabouts(sinceIn(recents))
    const judged = (piece: readonly Recent[]): Wired[] => judge(queue, person, open, piece, moves, where)
    const events = consumer.answered === undefined ? judged(recents) : enough(recents, judged)
    if (events.length > 0) this.#hand(consumer, events)
    // Handing over may have ended it, and who is answered may not have everything up to the head.
    if (serving.stopped || consumer.answered) return
    this.#deps.consumers.attach(consumer)
    this.#deps.passing.attached(consumer, head)
  }

  #hand(consumer: Consumer, events: readonly Wired[]): void {
    if (!this.#deps.mayAnswer()) throw unavailable()
    consumer.deliver(events)
  }

  #now(user: number): Now {
    const { members, feed, ring } = this.#deps
    const person = members.get(user)
    if (!person?.active) throw stale()
    return {
      head: feed.head,
      person,
      open: members.openTo(person.role),
      movesAfter: (seq) => {
        const recents = ring.after(this.#org, seq)
        return recents && movesIn(recents, user)
      },
      since: (seq) => sinceIn(ring.after(this.#org, seq) ?? []),
    }
  }
}
