import type { EventDeclaration } from '@parley/events'
import type { Effect } from './effect.ts'
import { Encoded } from './encoded.ts'
import type { LogEvent } from './log-event.ts'
import type { Addressed } from './visibility.ts'

/** A recent event with its encodings. */
export interface Recent extends Addressed {
  readonly seq: number
  readonly declaration: EventDeclaration
  readonly event: LogEvent
  readonly encoded: Encoded
  /** What it changes about who may see what. */
  readonly effect: Effect | null
}

interface Kept {
  readonly org: number
  readonly recent: Recent
  bytes: number
  gone: boolean
}

/**
 * The latest events of all followed organisations, at most `capacity` bytes with their encodings; the oldest
 * arrivals go first, whichever organisation they are of.
 */
export class Ring {
  readonly #capacity: number
  readonly #byOrg = new Map<number, { from: number; kept: Kept[]; first: number }>()
  #arrivals: Kept[] = []
  #oldest = 0
  #bytes = 0

  constructor(capacity = 64 * 1024 * 1024) {
    this.#capacity = capacity
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Begins an organisation: events after `head` will be pushed. */
  begin(org: number, head: number): void {
    this.forget(org)
    this.#byOrg.set(org, { from: head, kept: [], first: 0 })
  }

  forget(org: number): void {
    for (const kept of this.#byOrg.get(org)?.kept ?? []) this.#release(kept)
    this.#byOrg.delete(org)
  }

  /** Keeps the next event of its organisation's log. `body` must have passed the declaration's schema. */
  push(
    org: number,
    declaration: EventDeclaration,
    event: LogEvent,
    body: unknown,
    effect: Effect | null,
  ): Recent {
    const grown = (bytes: number): void => {
      if (kept.gone) return
      kept.bytes += bytes
      this.#bytes += bytes
      this.#evict(kept)
    }
    const recent: Recent = {
      seq: event.seq,
      audience: declaration.audience,
      userIds: event.userIds,
      channelId: event.channelId,
      about: declaration.about?.(body) ?? null,
      content: declaration.content,
      messages: declaration.messagesIn?.(body) ?? null,
      beside: declaration.beside?.(body) ?? null,
      following: declaration.following?.(body) ?? null,
      declaration,
      event,
      encoded: new Encoded(declaration, body, grown),
      effect,
    }
    const kept: Kept = { org, recent, bytes: 0, gone: false }
    this.#byOrg.get(org)?.kept.push(kept)
    this.#arrivals.push(kept)
    grown(200 + JSON.stringify(event.body).length * 2 + event.userIds.length * 8)
    return recent
  }

  /** The events after a place, in order; null where the ring no longer has them all. */
  after(org: number, seq: number): Recent[] | null {
    const own = this.#byOrg.get(org)
    if (!own || seq < own.from) return null
    // Every seq after `from` is there exactly once.
    return own.kept.slice(own.first + seq - own.from).map((k) => k.recent)
  }

  #evict(newest: Kept): void {
    while (this.#bytes > this.#capacity) {
      const kept = this.#arrivals[this.#oldest]
      if (!kept || kept === newest) return
      this.#oldest++
      if (kept.gone) continue
      this.#release(kept)
      const own = this.#byOrg.get(kept.org)
      if (!own) continue
      own.from = kept.recent.seq
      if (++own.first > 1000) {
        own.kept.splice(0, own.first)
        own.first = 0
      }
    }
    if (this.#oldest > 10_000) {
      this.#arrivals = this.#arrivals.slice(this.#oldest)
      this.#oldest = 0
    }
  }

  #release(kept: Kept): void {
    if (kept.gone) return
    kept.gone = true
    this.#bytes -= kept.bytes
  }
}
