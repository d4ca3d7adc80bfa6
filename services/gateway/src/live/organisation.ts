import type { Clock } from '@parley/core'
import { stale } from '@parley/kit'
import type { EventDeclaration, PassingEvent, QueueTaken } from '@parley/events'
import { Applying } from './applying.ts'
import { type AudienceReader, badQueue } from './catch-up.ts'
import type { Consumer, EndReason } from './consumer.ts'
import { Consumers } from './consumers.ts'
import { Cutting } from './cutting.ts'
import type { Effect } from './effect.ts'
import { Feed, type LogReader } from './feed.ts'
import { HandOver } from './hand-over.ts'
import { Joining } from './joining.ts'
import type { Lately } from './lately.ts'
import type { LogEvent } from './log-event.ts'
import type { Loaded } from './members.ts'
import { Passing } from './passing.ts'
import { People } from './people.ts'
import type { Person } from './person.ts'
import type { Ring } from './ring.ts'
import { Servings } from './servings.ts'
import { Takeovers } from './takeovers.ts'

/** What one organisation's live delivery reads and tells. */
export interface OrganisationDeps {
  readonly log: LogReader & AudienceReader
  readonly loadMembers: (org: number, users: readonly number[]) => Promise<Loaded>
  readonly ring: Ring
  readonly lately: Lately
  readonly declarations: ReadonlyMap<string, EventDeclaration>
  readonly clock: Clock
  /** Names this process alone. */
  readonly gateway: string
  /** Tells the other gateways that a queue is served here from now on. */
  readonly tellTaken: (org: number, taken: QueueTaken) => void
  /** May this process answer now? */
  readonly mayAnswer: () => boolean
  /** Told of each effect when it is applied. */
  readonly onEffect: (org: number, effect: Effect) => void
  /** Told of events that cannot be used, by type; never of their content. */
  readonly report: (error: unknown, type: string) => void
}

/** Live delivery of one organisation: its log in order, its connected members, its polls and sockets. */
export class Organisation {
  readonly org: number
  readonly #deps: OrganisationDeps
  readonly #feed: Feed
  readonly #people: People
  readonly #consumers: Consumers
  readonly #handOver: HandOver
  readonly #passing: Passing
  readonly #takeovers: Takeovers
  readonly #servings: Servings
  readonly #cutting = new Cutting()
  readonly #joining: Joining
  usedAt: number

  /** `head`: read after the subscription to the organisation's events began. */
  constructor(org: number, head: number, deps: OrganisationDeps) {
    this.org = org
    this.#deps = deps
    deps.ring.begin(org, head)
    this.#people = new People(
      (users) => deps.loadMembers(org, users),
      (seq) => this.#feed.reach(seq),
    )
    this.#consumers = new Consumers(this.#people.members, deps.mayAnswer, deps.report)
    this.#handOver = new HandOver(() => {
      this.#consumers.flush()
    }, deps.clock)
    this.#passing = new Passing(org, deps.lately, this.#consumers, deps.clock)
    this.#takeovers = new Takeovers(deps.gateway, deps.clock, (taken) => {
      deps.tellTaken(org, taken)
    })
    this.#servings = new Servings(this.#consumers, this.#passing)
    const parts = {
      people: this.#people,
      consumers: this.#consumers,
      handOver: this.#handOver,
      passing: this.#passing,
      servings: this.#servings,
      cutting: this.#cutting,
    }
    const resumeAll = (): void => {
      this.endAll('resume')
    }
    const applying = new Applying(org, { ...deps, ...parts, resumeAll })
    this.#feed = new Feed(org, head, deps.log, (events) => {
      applying.apply(events)
    })
    this.#joining = new Joining(org, { ...deps, ...parts, feed: this.#feed, members: this.#people.members })
    this.usedAt = deps.clock.monotonic()
  }

  get head(): number {
    return this.#feed.head
  }

  get idle(): boolean {
    return this.#servings.size === 0
  }

  take(run: readonly LogEvent[]): void {
    this.#feed.take(run)
  }

  /** Tells those who wait here what passes beside the log. */
  pass(events: readonly PassingEvent[]): void {
    this.#handOver.beside(() => {
      this.#passing.take(events, this.head)
    })
  }

  /** Ends who serves a queue here that a gateway serves from now on. */
  taken(taken: QueueTaken): void {
    const serving = this.#servings.of(taken.queue_id)
    if (this.#takeovers.heard(taken, serving?.claim ?? null)) this.stop(serving?.consumer, 'superseded')
  }

  /** A poll still waits here: whoever has waited at another gateway for longer ends. */
  waits({ queue, answered }: Consumer): void {
    const serving = answered === false ? this.#servings.of(queue.spec.queueId) : undefined
    if (serving) this.#takeovers.waits(queue.spec.queueId, serving.claim)
  }

  reach(seq: number): Promise<void> {
    return this.#feed.reach(seq)
  }

  /** Resolves when nothing older than `seq` can leave this process any more. */
  async confirm(seq: number): Promise<void> {
    await this.#feed.reach(seq)
    await this.#cutting.done()
  }

  /** The account as the log says now. */
  person(user: number): Promise<Person | undefined> {
    this.usedAt = this.#deps.clock.monotonic()
    return this.#people.get(user, this.usedAt)
  }

  /**
   * Serves a queue from `after` on until `stop`: first what the log has, then what comes. Ends whoever served it before, here or
   * at another gateway.
   * @param generation of the account when the consumer's credential was checked
   * @throws AppError UNAUTHORIZED (stale) where the account is no more what it was; BAD_EVENT_QUEUE_ID
   */
  async serve(consumer: Consumer, after: number, generation: number): Promise<void> {
    const { queueId, user, vantage } = consumer.queue.spec
    this.endQueue(queueId, 'superseded')
    const claim = this.#takeovers.begin(queueId, consumer.answered === undefined)
    const serving = this.#servings.begin(consumer, claim)
    try {
      const person = await this.person(user)
      // This process may be behind what the credential was checked against, never the other way round.
      if (!person?.active || person.generation > generation) throw stale()
      if (person.vantage > vantage) throw badQueue(queueId)
      await this.#joining.join(serving, after)
    } catch (error) {
      this.stop(consumer)
      throw error
    }
  }

  /** Lets a consumer go, telling it why where a reason is given. */
  stop(consumer: Consumer | undefined, reason?: EndReason): void {
    this.#servings.stop(consumer, reason)
  }

  /** Ends whoever serves the queue here. */
  endQueue(queueId: string, reason: EndReason): void {
    this.stop(this.#servings.of(queueId)?.consumer, reason)
  }

  /** Remembers that a consumer's answer is on its way. @returns says that it has left */
  leaving(consumer: Consumer): () => void {
    return this.#cutting.leaving(consumer)
  }

  endAll(reason: EndReason): void {
    this.#servings.endAll(reason)
    // Without the right to answer, what still waits here may not leave either.
    if (reason === 'resume') this.#cutting.now()
  }

  /** Those who may get a heartbeat. Its id says that nothing before it is missing, so what is pending goes first. */
  waiting(): Iterable<Consumer> {
    this.#handOver.now()
    return this.#consumers.all()
  }

  get waitingCount(): number {
    return this.#consumers.size
  }

  /** Forgets members nobody has asked for since `before`. */
  forget(before: number): void {
    this.#people.forget(before, (user) => this.#consumers.has(user))
  }
}
