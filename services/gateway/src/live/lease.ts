import type { Clock } from '@parley/core'

/** The gateway's row in Postgres: barriers wait for whoever holds one. */
export interface LeaseStore {
  /** Begins a lease. @returns its epoch */
  take(ttlMs: number): Promise<number>
  /**
   * Extends it, unless a barrier is left that `applied` (organisation → seq) does not reach.
   * @returns null where it has lapsed or another has taken its place
   */
  renew(
    epoch: number,
    ttlMs: number,
    applied: ReadonlyMap<number, number>,
  ): Promise<{ extended: boolean; barriers: ReadonlyMap<number, number> } | null>
  end(epoch: number): Promise<void>
}

/** What the lease guards: the organisations that this gateway follows. */
export interface Followed {
  /** The last event applied, by organisation. */
  applied(): ReadonlyMap<number, number>
  /** Applies an organisation's log up to `seq`, or lets go of everything that is held of it. */
  reach(org: number, seq: number): Promise<void>
  /** Applies every log up to the head it has now; lets go of those that cannot be read. */
  fill(): Promise<void>
  /** Nothing that was held may be used any longer. */
  lapsed(): void
}

export const ttlMs = 2000
const everyMs = 500
/** Given up this much early, for clocks do not run alike. */
const marginMs = 100

/**
 * The right to act on what is held in memory. It is counted on the monotonic clock from before each renewal was
 * asked for, so this side always believes it over before Postgres does.
 */
export class Lease {
  readonly #store: LeaseStore
  readonly #followed: Followed
  readonly #clock: Clock
  readonly #report: (error: unknown) => void
  #epoch: number | null = null
  #until = 0
  /** Has everything been filled since the last lapse? */
  #filled = false
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> = Promise.resolve()
  #stopped = false
  #comparing = false
  #waiting: (() => void)[] = []
  #lapses = 0

  constructor(store: LeaseStore, followed: Followed, clock: Clock, report: (error: unknown) => void) {
    this.#store = store
    this.#followed = followed
    this.#clock = clock
    this.#report = report
  }

  /** How often it was lost so far. */
  get lapses(): number {
    return this.#lapses
  }

  /** May this process answer from memory at this moment? */
  valid(): boolean {
    return this.#filled && this.#clock.monotonic() < this.#until
  }

  /** Resolves when the lease is valid; false where it is not within `ms`. */
  async whenValid(ms: number): Promise<boolean> {
    if (this.valid()) return true
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    const timer = setTimeout(resolve, ms)
    await promise
    clearTimeout(timer)
    this.#waiting = this.#waiting.filter((w) => w !== resolve)
    return this.valid()
  }

  /** Takes the lease and keeps it until `stop`. Rejects where it cannot be taken. */
  async start(): Promise<void> {
    await this.turn()
    if (!this.valid()) throw new Error('the lease could not be taken')
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.#running
    this.#until = 0
    if (this.#epoch !== null) await this.#store.end(this.#epoch).catch(this.#report)
  }

  /** Counted from where the last one began: a slow one does not put off the next. */
  #schedule(afterMs = everyMs): void {
    this.#timer = setTimeout(() => {
      const began = this.#clock.monotonic()
      this.#running = this.turn()
        .catch(this.#report)
        .finally(() => {
          const taken = this.#clock.monotonic() - began
          if (!this.#stopped) this.#schedule(Math.max(0, everyMs - taken))
        })
    }, afterMs)
  }

  /** One renewal: takes the lease where there is none, applies the barriers it finds. */
  async turn(): Promise<void> {
    // A barrier may be written while the one before is being applied.
    for (let attempt = 0; attempt < 5; attempt++) {
      const asked = this.#clock.monotonic()
      if (this.#epoch === null) {
        this.#epoch = await this.#store.take(ttlMs)
        return this.#extended(asked)
      }
      const answer = await this.#store.renew(this.#epoch, ttlMs, this.#followed.applied())
      if (!answer) {
        this.#lapse()
        this.#epoch = null
        continue
      }
      if (answer.extended) return this.#extended(asked)
      await Promise.all([...answer.barriers].map(([org, seq]) => this.#followed.reach(org, seq)))
    }
  }

  async #extended(asked: number): Promise<void> {
    if (this.#filled && this.#clock.monotonic() >= this.#until) this.#lapse()
    this.#until = asked + ttlMs - marginMs
    if (this.#filled) this.#compare()
    else {
      await this.#followed.fill()
      this.#filled = true
    }
    if (!this.valid()) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const done of waiting) done()
  }

  /** Finds lost tails, also while NATS is away. The lease does not wait for it. */
  #compare(): void {
    if (this.#comparing) return
    this.#comparing = true
    this.#followed
      .fill()
      .catch(this.#report)
      .finally(() => {
        this.#comparing = false
      })
  }

  #lapse(): void {
    if (!this.#filled) return
    this.#filled = false
    this.#lapses++
    this.#followed.lapsed()
  }
}
