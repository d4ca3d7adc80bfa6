import type { Consumer } from './consumer.ts'
import type { Wired } from './encoded.ts'
import type { Members } from './members.ts'
import type { Person } from './person.ts'
import type { Recent } from './ring.ts'
import { Run } from './run.ts'
import type { Told } from './told.ts'
import { type Addressed, goesTo, mayKnow } from './visibility.ts'

interface Attached {
  readonly consumer: Consumer
  pending: Run | null
}

/** May this process answer now? Asked before every answer and frame. */
export type MayAnswer = () => boolean

/** The polls and sockets of one organisation that stand at the feed's head. */
export class Consumers {
  readonly #members: Members
  readonly #mayAnswer: MayAnswer
  readonly #report: (error: unknown, type: string) => void
  readonly #attached = new Map<Consumer, Attached>()
  /** Lists, not sets: most have one, and a set of one is ten times as large. */
  readonly #byUser = new Map<number, readonly Attached[]>()
  readonly #everything = new Set<Attached>()
  readonly #due = new Set<Attached>()
  /** What everybody's pending events follow. */
  #nothing = new Run()

  constructor(members: Members, mayAnswer: MayAnswer, report: (error: unknown, type: string) => void) {
    this.#members = members
    this.#mayAnswer = mayAnswer
    this.#report = report
  }

  get size(): number {
    return this.#attached.size
  }

  has(user: number): boolean {
    return this.#byUser.has(user)
  }

  attach(consumer: Consumer): void {
    const attached: Attached = { consumer, pending: null }
    this.#attached.set(consumer, attached)
    const { user, allPublicStreams } = consumer.queue.spec
    this.#byUser.set(user, [...(this.#byUser.get(user) ?? []), attached])
    if (allPublicStreams) this.#everything.add(attached)
  }

  detach(consumer: Consumer): void {
    const attached = this.#attached.get(consumer)
    if (!attached) return
    this.#attached.delete(consumer)
    this.#everything.delete(attached)
    this.#due.delete(attached)
    const { user } = consumer.queue.spec
    const others = this.#byUser.get(user)?.filter((one) => one !== attached) ?? []
    if (others.length > 0) this.#byUser.set(user, others)
    else this.#byUser.delete(user)
  }

  /** Judges an event for everybody who may see it; handed over by `flush`. */
  offer(recent: Recent): void {
    for (const attached of this.#candidates(recent)) {
      const { consumer } = attached
      const person = this.entitled(consumer, recent)
      if (!person) continue
      try {
        const wired = consumer.queue.take(recent, person)
        if (!wired) continue
        if (!attached.pending) this.#due.add(attached)
        attached.pending = (attached.pending ?? this.#nothing).and(wired)
      } catch (error) {
        // One event that cannot be shaped must not hold up the others.
        this.#report(error, recent.event.type)
        return
      }
    }
  }

  /** The consumer's user, where the event may go there now; null where not. */
  entitled({ queue }: Consumer, event: Addressed): Person | null {
    const { user } = queue.spec
    const person = this.#members.get(user)
    if (!person?.active) return null
    const open = this.#members.openTo(person.role)
    if (!goesTo(event, user, queue.standing(person, open))) return null
    return mayKnow(event, user, person, open) ? person : null
  }

  /** Those who wait here and may be told the event now. */
  *concerned(event: Addressed): Iterable<Consumer> {
    for (const { consumer } of this.#candidates(event)) if (this.entitled(consumer, event)) yield consumer
  }

  /** What is told in passing, as the consumer's queue wants it. @param head its id */
  wiredFor({ queue }: Consumer, told: Told, head: number): readonly Wired[] {
    const person = this.#members.get(queue.spec.user)
    return person && queue.wants(told.type) ? told.wired(queue.viewer(person), head) : []
  }

  /** Hands over what is told in passing. @returns whether it was taken: else it may come with the next poll */
  pass(consumer: Consumer, events: readonly Wired[]): boolean {
    if (!this.#mayAnswer()) return false
    // Their id is the log's head: what is pending comes before it.
    const attached = this.#attached.get(consumer)
    if (attached && this.#due.delete(attached)) this.#give(attached)
    return consumer.pass(events)
  }

  *#candidates(recent: Addressed): Iterable<Attached> {
    if (recent.audience === 'nobody') return
    if (recent.audience === 'organisation') {
      yield* this.#attached.values()
      return
    }
    const users = new Set(recent.userIds)
    const follows = recent.audience === 'subscribers' || Boolean(recent.beside)
    if (follows && recent.channelId !== null) {
      if (recent.audience === 'subscribers')
        for (const user of this.#members.of(recent.channelId)) users.add(user)
      for (const attached of this.#everything)
        if (!users.has(attached.consumer.queue.spec.user)) yield attached
    }
    // The smaller side is walked.
    if (users.size <= this.#byUser.size) for (const user of users) yield* this.#byUser.get(user) ?? []
    else for (const [user, own] of this.#byUser) if (users.has(user)) yield* own
  }

  /** Hands over what is pending. */
  flush(): void {
    for (const attached of this.#due) this.#give(attached)
    this.#due.clear()
    this.#nothing = new Run()
  }

  #give(attached: Attached): void {
    const { consumer, pending } = attached
    attached.pending = null
    if (!pending) return
    try {
      if (this.#mayAnswer()) consumer.deliver(pending.events)
      else consumer.end('resume')
    } catch (error) {
      // It begins again from what it has; the others are told all the same.
      this.#report(error, 'handing over')
      consumer.end('resume')
    }
  }

  /** Those whom a heartbeat may reach. */
  all(): Iterable<Consumer> {
    return this.#attached.keys()
  }
}
