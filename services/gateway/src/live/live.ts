import type { Clock } from '@parley/core'
import type { PassingEvent, QueueTaken } from '@parley/events'
import { Lately } from './lately.ts'
import { Lease, type LeaseStore } from './lease.ts'
import type { LogEvent } from './log-event.ts'
import { Organisation, type OrganisationDeps } from './organisation.ts'
import { Ring } from './ring.ts'

/** A subscription to one organisation's events over NATS, to what passes beside its log, and to queues that gateways take; all may be lost. */
export type Subscribe = (
  org: number,
  onRun: (run: readonly LogEvent[]) => void,
  onPassing: (events: readonly PassingEvent[]) => void,
  onTaken: (taken: QueueTaken) => void,
) => { stop(): void }

/** What live delivery of a gateway stands on. */
export interface LiveDeps extends Omit<OrganisationDeps, 'ring' | 'lately' | 'mayAnswer' | 'report'> {
  readonly subscribe: Subscribe
  readonly lease: LeaseStore
  readonly heads: (orgs: readonly number[]) => Promise<ReadonlyMap<number, number>>
  readonly clock: Clock
  readonly report: (error: unknown, what: string) => void
  /** Told when nothing remembered of an organisation may be used any longer. */
  readonly onForget: (org: number) => void
}

interface Following {
  readonly ready: Promise<Organisation>
  organisation: Organisation | null
  readonly stop: () => void
}

const idleMs = 15 * 60_000

/** Live delivery of one gateway: the organisations it follows, under one lease. */
export class Live {
  readonly lease: Lease
  readonly #deps: LiveDeps
  readonly #ring = new Ring()
  readonly #lately: Lately
  readonly #following = new Map<number, Following>()
  /** Barriers of organisations that nothing is held of. */
  readonly #vacuous = new Map<number, number>()

  constructor(deps: LiveDeps) {
    this.#deps = deps
    this.#lately = new Lately(deps.clock)
    this.lease = new Lease(
      deps.lease,
      {
        applied: () => this.#applied(),
        reach: (org, seq) =>
          this.confirm(org, seq).catch((error: unknown) => {
            this.#letGo(org, error)
          }),
        fill: () => this.compare(),
        lapsed: () => {
          for (const org of this.#standing()) org.endAll('resume')
        },
      },
      deps.clock,
      (error) => {
        deps.report(error, 'lease')
      },
    )
  }

  /** Follows an organisation from its head on. Rejects where its head cannot be read now. */
  follow(org: number): Promise<Organisation> {
    const known = this.#following.get(org)
    if (known) return known.ready
    const early: (readonly LogEvent[])[] = []
    const subscription = this.#deps.subscribe(
      org,
      (run) => {
        if (following.organisation) following.organisation.take(run)
        else early.push(run)
      },
      (events) => following.organisation?.pass(events),
      (taken) => following.organisation?.taken(taken),
    )
    const begin = async (): Promise<Organisation> => {
      // The head is read after the subscription, so that nothing falls between.
      const head = (await this.#deps.heads([org])).get(org)
      if (head === undefined) throw new Error('no log for this organisation')
      const organisation = new Organisation(org, head, {
        ...this.#deps,
        ring: this.#ring,
        lately: this.#lately,
        mayAnswer: () => this.lease.valid(),
      })
      following.organisation = organisation
      for (const run of early) organisation.take(run)
      return organisation
    }
    const following: Following = {
      ready: Promise.resolve().then(begin),
      organisation: null,
      stop: () => {
        subscription.stop()
      },
    }
    this.#following.set(org, following)
    following.ready.catch(() => {
      this.#forget(org, following)
    })
    return following.ready
  }

  /** The organisation, where it is followed already. */
  followed(org: number): Organisation | null {
    return this.#following.get(org)?.organisation ?? null
  }

  /** Resolves when nothing of this organisation older than `seq` can leave this process. */
  async confirm(org: number, seq: number): Promise<void> {
    const following = this.#following.get(org)
    const organisation = await following?.ready.catch(() => null)
    if (organisation) await organisation.confirm(seq)
    else this.#vacuous.set(org, Math.max(seq, this.#vacuous.get(org) ?? 0))
  }

  /**
   * Compares every followed log with its head and reads what is missing. A log that cannot be read is let go, so that
   * no other waits for it. Rejects where no head can be read.
   */
  async compare(): Promise<void> {
    const standing = this.#standing()
    if (standing.length === 0) return
    const heads = await this.#deps.heads(standing.map((o) => o.org))
    await Promise.all(
      standing.map((o) =>
        o.reach(heads.get(o.org) ?? 0).catch((error: unknown) => {
          this.#letGo(o.org, error)
        }),
      ),
    )
  }

  /** Forgets what nobody used for a while. */
  tidy(): void {
    this.#lately.forget()
    const before = this.#deps.clock.monotonic() - idleMs
    for (const [org, following] of this.#following) {
      const { organisation } = following
      organisation?.forget(before)
      if (organisation?.idle && organisation.usedAt < before) this.#forget(org, following)
    }
  }

  /** Every consumer that waits at the head, with its organisation's head. */
  *waiting(): Iterable<{ organisation: Organisation; consumer: Parameters<Organisation['serve']>[0] }> {
    for (const organisation of this.#standing())
      for (const consumer of organisation.waiting()) yield { organisation, consumer }
  }

  counts(): { organisations: number; waiting: number; bytes: number } {
    const organisations = this.#standing()
    const waiting = organisations.reduce((sum, o) => sum + o.waitingCount, 0)
    return { organisations: organisations.length, waiting, bytes: this.#ring.bytes }
  }

  endAll(): void {
    for (const organisation of this.#standing()) organisation.endAll('restart')
  }

  async stop(): Promise<void> {
    this.endAll()
    await this.lease.stop()
    for (const [org, following] of this.#following) this.#forget(org, following)
  }

  #standing(): Organisation[] {
    return [...this.#following.values()].flatMap((f) => f.organisation ?? [])
  }

  #applied(): ReadonlyMap<number, number> {
    return new Map([...this.#vacuous, ...this.#standing().map((o) => [o.org, o.head] as const)])
  }

  #letGo(org: number, error: unknown): void {
    this.#deps.report(error, 'following a log')
    const following = this.#following.get(org)
    if (!following) return
    following.organisation?.endAll('resume')
    this.#forget(org, following)
  }

  #forget(org: number, following: Following): void {
    if (this.#following.get(org) !== following) return
    // First what rests on the log being followed, then the log.
    this.#deps.onForget(org)
    this.#following.delete(org)
    following.stop()
    this.#ring.forget(org)
  }
}
