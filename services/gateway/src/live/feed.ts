import type { LogEvent } from './log-event.ts'

/** Reads the log where it lies. */
export interface LogReader {
  /** Events after a place, in order, at most `limit`. */
  after(org: number, seq: number, limit: number): Promise<LogEvent[]>
}

const chunk = 500

/**
 * One organisation's log in order, without a gap: what comes out of order, or not at all, is read from Postgres
 * before anything after it is applied.
 */
export class Feed {
  readonly #org: number
  readonly #reader: LogReader
  readonly #apply: (events: readonly LogEvent[]) => void
  #head: number
  #target: number
  #early: LogEvent[] = []
  #filling: Promise<void> | null = null

  /** `apply` gets consecutive events; it must not throw. */
  constructor(org: number, head: number, reader: LogReader, apply: (events: readonly LogEvent[]) => void) {
    this.#org = org
    this.#reader = reader
    this.#apply = apply
    this.#head = head
    this.#target = head
  }

  /** The last event applied. */
  get head(): number {
    return this.#head
  }

  /** Takes a run of consecutive events, whenever it comes. */
  take(run: readonly LogEvent[]): void {
    const fresh = run.filter((e) => e.seq > this.#head)
    const first = fresh[0]
    if (!first) return
    if (first.seq === this.#head + 1 && !this.#filling) {
      this.#advance(fresh)
      return
    }
    // Kept only while it is worth it: whatever is dropped here is read again below.
    if (this.#early.length < 10_000) this.#early.push(...fresh)
    void this.#fill(fresh.at(-1)?.seq ?? first.seq)
  }

  /** Resolves when `seq` is applied; reads what is missing. Rejects where the log cannot be read now. */
  async reach(seq: number): Promise<void> {
    while (seq > this.#head)
      try {
        await this.#fill(seq)
      } catch (error) {
        // A run may have brought it meanwhile.
        if (seq > this.#head) throw error
      }
  }

  #fill(target: number): Promise<void> {
    this.#target = Math.max(this.#target, target)
    this.#filling ??= this.#read().finally(() => {
      this.#filling = null
    })
    // Whoever waits gets the error; the next comparison of heads tries again.
    this.#filling.catch(() => {})
    return this.#filling
  }

  async #read(): Promise<void> {
    while (this.#target > this.#head) {
      const read = await this.#reader.after(this.#org, this.#head, chunk)
      const known = this.#early.toSorted((a, b) => a.seq - b.seq)
      this.#early = []
      const before = this.#head
      this.#advance(read)
      this.#advance(known)
      this.#early = known.filter((e) => e.seq > this.#head)
      if (this.#head === before) throw new Error('the log ends before an event that was announced')
    }
    this.#early = []
  }

  /** Applies what follows the head without a gap. */
  #advance(events: readonly LogEvent[]): void {
    const next: LogEvent[] = []
    let head = this.#head
    for (const event of events)
      if (event.seq === head + 1) {
        next.push(event)
        head = event.seq
      }
    if (next.length === 0) return
    this.#head = head
    this.#apply(next)
  }
}
