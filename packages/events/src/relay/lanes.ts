import type { OrgId } from '@parley/core'

/** Where one organisation's publishing stands. */
interface Lane {
  /** The stream sequence of the subject's last message, 0 for none; null: not known, the stream must be asked. */
  expected: number | null
  /** The last place that is in the stream. */
  published: number
  /** There may be more in the log. */
  dirty: boolean
  /** Something of it is under way. */
  busy: boolean
  /** Not before this time, on the monotonic clock. */
  notBefore: number
  /** Forgotten while something was under way: its answer may be of a stream that is gone. */
  doubted: boolean
  /** `published` is not written down yet. */
  unnoted: boolean
}

/** What to read of a log. */
export interface Asked {
  readonly org: OrgId
  readonly after: number
  /** The stream sequence that whatever follows `after` must expect: of the stream that `after` is known of. */
  readonly expected: number
}

export interface Ready {
  readonly expected: number
  readonly published: number
}

/** The least time between two publishes of one organisation, so that what gathers meanwhile goes as one run. */
export const gapMs = 10
/** After a run this long much is going on: fewer and longer runs cost everybody on their way less. */
export const busyRun = 8
export const busyGapMs = 25
/** After a failure, so that a stream that is away is not asked without end. */
export const retryMs = 100

/**
 * Decides what a relay does next for the organisations of its shard: one thing at a time for each, all of them
 * independently. Knows no clock and does nothing by itself.
 */
export class Lanes {
  readonly #lanes = new Map<OrgId, Lane>()

  /** The log reaches to `seq` at least. */
  mark(org: OrgId, seq: number): void {
    const lane = this.#lane(org)
    if (lane.expected === null || seq > lane.published) lane.dirty = true
  }

  /** What is known of the stream may be wrong for these organisations: they are asked for again. */
  forget(orgs: Iterable<OrgId>): void {
    for (const org of orgs) {
      const lane = this.#lane(org)
      lane.expected = null
      lane.dirty = true
      lane.doubted = lane.busy
    }
  }

  forgetAll(): void {
    this.forget(this.#lanes.keys())
  }

  /** Organisations whose last message the stream must be asked for; they are busy until told. */
  takeUnknown(now: number, atMost: number): OrgId[] {
    return this.#take(now, atMost, (lane) => lane.expected === null).map(([org]) => org)
  }

  /** Organisations whose log is to be read; they are busy until told. */
  takeDirty(now: number, atMost: number): Asked[] {
    const asked: Asked[] = []
    for (const [org, lane] of this.#take(now, atMost, (one) => one.expected !== null && one.dirty)) {
      // What is marked from here on is not in what is read now.
      lane.dirty = false
      asked.push({ org, after: lane.published, expected: lane.expected ?? 0 })
    }
    return asked
  }

  /** The stream's last message of the organisation is known now. */
  found(org: OrgId, { expected, published }: Ready): void {
    this.#believe(this.#lane(org), { expected, published })
  }

  /** Nothing was left to publish. */
  idle(org: OrgId): void {
    const lane = this.#lane(org)
    lane.busy = false
    lane.doubted = false
  }

  /** A run is in the stream. `more`: the log held more than the run. */
  sent(org: OrgId, now: number, { expected, published }: Ready, more: boolean): void {
    const lane = this.#lane(org)
    lane.notBefore = now + (!more && published - lane.published >= busyRun ? busyGapMs : gapMs)
    lane.dirty ||= more
    this.#believe(lane, { expected, published })
  }

  /** Nobody knows whether it happened: ask the stream, a little later. */
  failed(org: OrgId, now: number): void {
    const lane = this.#lane(org)
    lane.busy = false
    lane.doubted = false
    lane.expected = null
    lane.dirty = true
    lane.notBefore = now + retryMs
  }

  /** Places that are to be written down. */
  takeUnnoted(): { org: OrgId; seq: number }[] {
    return [...this.#lanes]
      .filter(([, lane]) => lane.unnoted)
      .map(([org, lane]) => {
        lane.unnoted = false
        return { org, seq: lane.published }
      })
  }

  /** When something becomes due by itself; null where only a mark makes it so. */
  nextAt(): number | null {
    let next: number | null = null
    for (const lane of this.#lanes.values()) {
      if (lane.busy || !(lane.dirty || lane.expected === null)) continue
      next = Math.min(next ?? lane.notBefore, lane.notBefore)
    }
    return next
  }

  /** The last place of the organisation that is in the stream, as far as is known. */
  publishedOf(org: OrgId): number {
    const lane = this.#lanes.get(org)
    return lane && lane.expected !== null ? lane.published : 0
  }

  #lane(org: OrgId): Lane {
    let lane = this.#lanes.get(org)
    if (!lane) {
      lane = {
        expected: null,
        published: 0,
        dirty: true,
        busy: false,
        notBefore: 0,
        doubted: false,
        unnoted: false,
      }
      this.#lanes.set(org, lane)
    }
    return lane
  }

  #believe(lane: Lane, { expected, published }: Ready): void {
    lane.busy = false
    if (lane.doubted) {
      lane.doubted = false
      return
    }
    lane.expected = expected
    lane.published = published
    lane.unnoted = true
  }

  #take(now: number, atMost: number, wanted: (lane: Lane) => boolean): [OrgId, Lane][] {
    const taken: [OrgId, Lane][] = []
    for (const entry of this.#lanes) {
      if (taken.length === atMost) break
      const [, lane] = entry
      if (lane.busy || lane.notBefore > now || !wanted(lane)) continue
      lane.busy = true
      taken.push(entry)
    }
    return taken
  }
}
