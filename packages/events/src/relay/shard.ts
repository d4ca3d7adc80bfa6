import type { Clock, OrgId } from '@parley/core'
import type { TextEvent } from '../read-log.ts'
import { Lanes } from './lanes.ts'
import type { LogSource } from './log-source.ts'
import { fittingRun } from './runs.ts'
import type { EventStream } from './stream.ts'

export interface ShardOptions {
  readonly shard: number
  readonly epoch: number
  readonly source: LogSource
  readonly stream: EventStream
  readonly clock: Clock
  /** May it publish: lease held and NATS connected? Asked before each step. */
  readonly mayWork: () => boolean
  /** Another relay has the shard. */
  readonly onLost: () => void
  readonly onProblem: (what: string, error?: unknown) => void
  /** Something was published or found published. */
  readonly onProgress: () => void
}

const scanMs = 400
const streamCheckMs = 1000
// What is written down is where the next relay begins to look; being late costs it a question to the stream.
const noteMs = 500
const eventsPerRun = 500
const readsAtOnce = 200
const asksAtOnce = 16

/** Publishes the logs of one shard while its lease holds. Made anew at each takeover, so that it knows nothing old. */
export class ShardRelay {
  readonly #o: ShardOptions
  readonly #lanes = new Lanes()
  #streamId: string | null = null
  #pumping: Promise<void> | null = null
  #again = false
  #wake: NodeJS.Timeout | undefined
  readonly #timers: NodeJS.Timeout[]
  readonly #underWay = new Set<Promise<void>>()
  #ended = false

  constructor(options: ShardOptions) {
    this.#o = options
    this.#timers = [
      this.#every(scanMs, () => this.#scan()),
      this.#every(streamCheckMs, () => this.#checkStream()),
      this.#every(noteMs, () => this.#note()),
    ]
  }

  /** Something was committed: up to `seq`. */
  hint(org: OrgId, seq: number): void {
    this.#lanes.mark(org, seq)
    this.#pump()
  }

  /** NATS was away or is another: every organisation's last message is asked for again. */
  reconsider(): void {
    this.#streamId = null
    this.#watch(this.#checkStream())
  }

  /** The last place of the organisation that is known to be in the stream. */
  publishedOf(org: OrgId): number {
    return this.#lanes.publishedOf(org)
  }

  /** Stops; what is under way ends, and how far it came is written down. */
  async end(): Promise<void> {
    this.#ended = true
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#wake)
    await Promise.all([this.#pumping, ...this.#underWay])
    await this.#note().catch((error: unknown) => this.#o.onProblem('noting what is published', error))
  }

  get #working(): boolean {
    return !this.#ended && this.#o.mayWork()
  }

  /** Does `work` every so often, and never twice at a time. */
  #every(ms: number, work: () => Promise<void>): NodeJS.Timeout {
    let running = false
    return setInterval(() => {
      if (running) return
      running = true
      this.#watch(
        work().finally(() => {
          running = false
        }),
      )
    }, ms)
  }

  // Problems are told and pass: the next scan finds what was left.
  #watch(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => this.#o.onProblem('relay', error))
      .finally(() => this.#underWay.delete(watched))
    this.#underWay.add(watched)
  }

  async #scan(): Promise<void> {
    if (!this.#working) return
    for (const { org, seq } of await this.#o.source.unpublished(this.#o.shard)) this.#lanes.mark(org, seq)
    this.#pump()
  }

  /** A stream that is new holds nothing: everything is published again. */
  async #checkStream(): Promise<void> {
    if (!this.#working) return
    const id = await this.#o.stream.ensure()
    if (id === this.#streamId) return
    const orgs = await this.#o.source.all(this.#o.shard)
    this.#streamId = id
    this.#lanes.forgetAll()
    this.#lanes.forget(orgs)
    this.#pump()
  }

  #pump(): void {
    this.#again = true
    if (this.#pumping || this.#ended) return
    this.#pumping = this.#run()
      .catch((error: unknown) => {
        this.#o.onProblem('relay', error)
        this.#wakeAt(this.#o.clock.monotonic() + scanMs)
      })
      .finally(() => {
        this.#pumping = null
        if (this.#again) this.#pump()
      })
  }

  async #run(): Promise<void> {
    this.#again = false
    // Until the stream is known to stand, every publish would wait in vain.
    if (!this.#working || this.#streamId === null) return
    const now = this.#o.clock.monotonic()
    for (const org of this.#lanes.takeUnknown(now, asksAtOnce)) this.#watch(this.#ask(org))
    const asked = this.#lanes.takeDirty(now, readsAtOnce)
    if (asked.length > 0) {
      const runs = await this.#o.source.readRuns(asked, eventsPerRun).catch((error: unknown) => {
        for (const { org } of asked) this.#lanes.failed(org, now)
        throw error
      })
      for (const { org, expected } of asked) {
        const events = runs.get(org)
        if (events) this.#watch(this.#publish(org, events, expected))
        else this.#lanes.idle(org)
      }
    }
    const next = this.#lanes.nextAt()
    if (next !== null) this.#wakeAt(next)
  }

  #wakeAt(at: number): void {
    clearTimeout(this.#wake)
    if (this.#ended) return
    this.#wake = setTimeout(() => this.#pump(), Math.max(0, at - this.#o.clock.monotonic()))
  }

  async #ask(org: OrgId): Promise<void> {
    try {
      const last = await this.#o.stream.lastOf(org)
      this.#lanes.found(org, { expected: last?.streamSeq ?? 0, published: last?.seq ?? 0 })
    } catch (error) {
      this.#lanes.failed(org, this.#o.clock.monotonic())
      throw error
    } finally {
      this.#pump()
    }
  }

  // What it expects is as old as where the run begins: a stream made anew in between refuses a run from the middle.
  async #publish(org: OrgId, events: readonly TextEvent[], expected: number): Promise<void> {
    const run = fittingRun(org, events)
    try {
      const streamSeq = await this.#o.stream.publish(org, run, expected)
      const now = this.#o.clock.monotonic()
      if (streamSeq === null) this.#lanes.failed(org, now)
      else {
        const more = run.cut || events.length === eventsPerRun
        this.#lanes.sent(org, now, { expected: streamSeq, published: run.to }, more)
        this.#o.onProgress()
      }
    } catch (error) {
      this.#lanes.failed(org, this.#o.clock.monotonic())
      throw error
    } finally {
      this.#pump()
    }
  }

  async #note(): Promise<void> {
    const places = this.#lanes.takeUnnoted()
    if (places.length === 0) return
    if (await this.#o.source.notePublished(this.#o.shard, this.#o.epoch, places)) return
    this.#o.onLost()
  }
}
