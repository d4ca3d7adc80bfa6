import { isGuestRole } from '@parley/access'
import { type Clock, unavailable } from '@parley/core'
import { stale } from '@parley/kit'
import type { EventDeclaration, PassingEvent, QueueTaken } from '@parley/events'
import { type AudienceReader, badQueue, CatchUp, judge, type Now } from './catch-up.ts'
import type { Consumer, EndReason } from './consumer.ts'
import { Consumers } from './consumers.ts'
import { type Effect, effectOf, ends } from './effect.ts'
import type { Wired } from './encoded.ts'
import { Feed, type LogReader } from './feed.ts'
import { HandOver } from './hand-over.ts'
import type { Lately } from './lately.ts'
import type { LogEvent } from './log-event.ts'
import type { Loaded } from './members.ts'
import type { Person } from './person.ts'
import { Passing } from './passing.ts'
import { People } from './people.ts'
import { enough } from './portion.ts'
import type { Recent, Ring } from './ring.ts'
import { type Claim, Takeovers } from './takeovers.ts'
import type { Move } from './visibility.ts'
import { hears, type Since, Whereabouts } from './whereabouts.ts'

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

/** Who serves a queue, from the beginning of its catching up. */
interface Serving {
  readonly consumer: Consumer
  readonly claim: Claim
  stopped: boolean
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
  readonly #serving = new Map<string, Serving>()
  /** Consumers whose last answer may still wait in this process, by user. */
  readonly #leaving = new Map<number, Set<Consumer>>()
  #cutting: Promise<void> = Promise.resolve()
  usedAt: number

  /** `head`: read after the subscription to the organisation's events began. */
  constructor(org: number, head: number, deps: OrganisationDeps) {
    this.org = org
    this.#deps = deps
    deps.ring.begin(org, head)
    this.#feed = new Feed(org, head, deps.log, (events) => {
      this.#apply(events)
    })
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
    this.usedAt = deps.clock.monotonic()
  }

  get head(): number {
    return this.#feed.head
  }

  get idle(): boolean {
    return this.#serving.size === 0
  }

  take(run: readonly LogEvent[]): void {
    this.#feed.take(run)
  }

  /** Tells those who wait here what passes beside the log. */
  pass(events: readonly PassingEvent[]): void {
    this.#passing.take(events, this.head)
  }

  /** Ends who serves a queue here that a gateway serves from now on. */
  taken(taken: QueueTaken): void {
    const serving = this.#serving.get(taken.queue_id)
    if (this.#takeovers.heard(taken, serving?.claim ?? null)) this.stop(serving?.consumer, 'superseded')
  }

  reach(seq: number): Promise<void> {
    return this.#feed.reach(seq)
  }

  /** Resolves when nothing older than `seq` can leave this process any more. */
  async confirm(seq: number): Promise<void> {
    await this.#feed.reach(seq)
    await this.#cutting
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
    const { queueId, user } = consumer.queue.spec
    this.stop(this.#serving.get(queueId)?.consumer, 'superseded')
    const claim = this.#takeovers.begin(queueId, consumer.answered === undefined)
    const serving: Serving = { consumer, claim, stopped: false }
    this.#serving.set(queueId, serving)
    this.#passing.begin(consumer)
    try {
      const person = await this.person(user)
      // This process may be behind what the credential was checked against, never the other way round.
      if (!person?.active || person.generation > generation) throw stale()
      if (person.vantage > consumer.queue.spec.vantage) throw badQueue(queueId)
      await this.#catchUp(serving, after)
    } catch (error) {
      this.stop(consumer)
      throw error
    }
  }

  /** Lets a consumer go, telling it why where a reason is given. */
  stop(consumer: Consumer | undefined, reason?: EndReason): void {
    if (!consumer) return
    this.#consumers.detach(consumer)
    this.#passing.end(consumer)
    const { queueId } = consumer.queue.spec
    const serving = this.#serving.get(queueId)
    if (serving?.consumer === consumer) {
      this.#serving.delete(queueId)
      serving.stopped = true
    }
    if (reason) consumer.end(reason)
  }

  /** Ends whoever serves the queue here. */
  endQueue(queueId: string, reason: EndReason): void {
    this.stop(this.#serving.get(queueId)?.consumer, reason)
  }

  /** Remembers that a consumer's answer is on its way. @returns says that it has left */
  leaving(consumer: Consumer): () => void {
    const { user } = consumer.queue.spec
    const own = this.#leaving.get(user) ?? new Set()
    own.add(consumer)
    this.#leaving.set(user, own)
    return () => {
      own.delete(consumer)
      if (own.size === 0 && this.#leaving.get(user) === own) this.#leaving.delete(user)
    }
  }

  endAll(reason: EndReason): void {
    for (const { consumer } of this.#serving.values()) this.stop(consumer, reason)
    // Without the right to answer, what still waits here may not leave either.
    if (reason === 'resume')
      for (const leaving of this.#leaving.values()) for (const consumer of leaving) consumer.cut()
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

  async #catchUp(serving: Serving, after: number): Promise<void> {
    const { consumer } = serving
    const { queue } = consumer
    const reading = new CatchUp(this.#deps.log, queue, this.#deps.declarations, (seq) =>
      this.#feed.reach(seq),
    )
    for (let position = after; !serving.stopped;) {
      const recents = this.#deps.ring.after(this.org, position)
      if (recents) {
        const { person, open } = this.#now(queue.spec.user)
        const moves = [...reading.walked, ...movesIn(recents, queue.spec.user)]
        const where = new Whereabouts(sinceIn(recents))
        const judged = (piece: readonly Recent[]): Wired[] => judge(queue, person, open, piece, moves, where)
        const events = consumer.answered === undefined ? judged(recents) : enough(recents, judged)
        if (events.length > 0) this.#hand(consumer, events)
        // Handing over may have ended it, and who is answered may not have everything up to the head.
        if (serving.stopped || consumer.answered) return
        this.#consumers.attach(consumer)
        this.#passing.attached(consumer, this.head)
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

  #hand(consumer: Consumer, events: readonly Wired[]): void {
    if (!this.#deps.mayAnswer()) throw unavailable()
    consumer.deliver(events)
  }

  #now(user: number): Now {
    const person = this.#people.members.get(user)
    if (!person?.active) throw stale()
    return {
      head: this.head,
      person,
      open: this.#people.members.openTo(person.role),
      movesAfter: (seq) => {
        const recents = this.#deps.ring.after(this.org, seq)
        return recents && movesIn(recents, user)
      },
      since: (seq) => sinceIn(this.#deps.ring.after(this.org, seq) ?? []),
    }
  }

  #apply(events: readonly LogEvent[]): void {
    for (const event of events) {
      // What is pending was allowed until here; after a right is taken it would not be.
      if (event.revokes) {
        this.#handOver.now()
        this.#passing.revoked()
      }
      const effect = this.#effect(event)
      const recent = this.#keep(event, effect)
      if (effect) this.#take(event, effect)
      if (recent) this.#consumers.offer(recent)
    }
    this.#handOver.soon()
  }

  /** Every seq has its place in the ring, also what this version does not know. */
  #keep(event: LogEvent, effect: Effect | null): Recent | null {
    const { ring, declarations, report } = this.#deps
    const declaration = declarations.get(event.type)
    const body = declaration?.body.safeParse(event.body)
    if (declaration && body?.success) return ring.push(this.org, declaration, event, body.data, effect)
    report(new Error('event does not fit its declaration'), event.type)
    ring.push(this.org, unknown, event, null, effect)
    return null
  }

  #effect(event: LogEvent): Effect | null {
    try {
      return effectOf(event)
    } catch (error) {
      // Whom it touches is unknown, so nobody is served by what is held: all begin again from the database.
      this.#deps.report(error, event.type)
      this.endAll('resume')
      this.#people.forget(Infinity, () => false)
      return null
    }
  }

  #take(event: LogEvent, effect: Effect): void {
    const touched = event.revokes ? this.#touched(effect) : new Set<Consumer>()
    this.#people.apply(event.seq, effect)
    this.#deps.onEffect(this.org, effect)
    if (effect.kind === 'ended') this.#revoke(effect)
    if (effect.kind === 'over') this.endAll('revoked')
    if (effect.kind === 'moved') this.#endQueuesOf(effect)
    if (touched.size === 0) return
    // Bytes on their way get two turns of the event loop to reach the kernel.
    this.#cutting = this.#cutting
      .then(turn)
      .then(turn)
      .then(() => {
        for (const consumer of touched) consumer.cut()
      })
  }

  #revoke(effect: Effect & { kind: 'ended' }): void {
    for (const { consumer } of this.#serving.values())
      if (consumer.queue.spec.user === effect.user && ends(effect, consumer.credential))
        this.stop(consumer, 'revoked')
  }

  /**
   * Those that began at the new vantage stay: the database may be ahead of what is applied here. A guest's begin again
   * from where they are, with whom the guest sees now.
   */
  #endQueuesOf({ user, vantage, role }: Effect & { kind: 'moved' }): void {
    for (const { consumer } of this.#serving.values()) {
      const { spec } = consumer.queue
      if (spec.user !== user) continue
      if (spec.vantage < vantage) this.stop(consumer, 'gone')
      else if (isGuestRole(role)) this.stop(consumer, 'resume')
    }
  }

  /** Those whose bytes on their way may hold what the effect takes from them. */
  #touched(effect: Effect): Set<Consumer> {
    const served = [...this.#serving.values()].map((s) => s.consumer)
    const leaving = [...this.#leaving.values()].flatMap((own) => [...own])
    // Messages that went to the same people stand at one and the same place.
    const places = effect.kind === 'relocated' ? [...new Set(effect.places.values())] : []
    const loses = (user: number): boolean => {
      switch (effect.kind) {
        case 'over':
          return true
        case 'ended':
        case 'moved':
          return effect.user === user
        case 'left':
        case 'withheld':
          return effect.users.includes(user)
        case 'relocated': {
          const { members } = this.#people
          const heard = members.of(effect.from).has(user) || members.open.has(effect.from)
          const person = members.get(user)
          return heard && !(person && places.every((place) => hears(place, user, person, members.open)))
        }
        case 'closed':
          return !this.#people.members.of(effect.channel).has(user)
        case 'opened': {
          // It is applied only then: who may know of it still is asked of what was before.
          const { members } = this.#people
          const role = members.get(user)?.role
          const knew = role !== undefined && isGuestRole(role) && members.openTo(role).has(effect.channel)
          return knew && !effect.webPublic && !members.of(effect.channel).has(user)
        }
        default:
          return false
      }
    }
    return new Set([...served, ...leaving].filter((c) => loses(c.queue.spec.user)))
  }
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))

function movesIn(recents: readonly Recent[], user: number): Move[] {
  return recents.flatMap(({ seq, effect }) => {
    const moved =
      (effect?.kind === 'joined' || effect?.kind === 'left' || effect?.kind === 'withheld') &&
      effect.users.includes(user)
    return moved ? [{ seq, kind: effect.kind, channel: effect.channel }] : []
  })
}

const sinceIn = (recents: readonly Recent[]): Since => ({
  relocated: recents.flatMap(({ seq, effect }) =>
    effect?.kind === 'relocated' ? [{ seq, places: effect.places }] : [],
  ),
  closings: recents.flatMap(({ seq, effect }) =>
    effect?.kind === 'withheld' || effect?.kind === 'closed' ? [{ seq, channel: effect.channel }] : [],
  ),
})

/** Stands for events that this version cannot read. */
const unknown: EventDeclaration = { audience: 'nobody', wire: [] } as unknown as EventDeclaration
