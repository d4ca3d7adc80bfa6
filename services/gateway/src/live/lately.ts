import type { Clock } from '@parley/core'
import type { PassingEvent } from '@parley/events'
import { Told } from './told.ts'

/** A poll comes back sooner; what is older than this would tell of what is over. */
const keptMs = 10_000

/**
 * What passed lately, of all followed organisations, for queues between two polls: some seconds of it, and of one
 * organisation and of all together only so many bytes. The oldest goes first.
 */
export class Lately {
  readonly #clock: Clock
  readonly #most: { readonly ofOne: number; readonly ofAll: number }
  /** Both in the order of arrival, by number. */
  readonly #all = new Map<number, { readonly org: number; readonly told: Told }>()
  readonly #byOrg = new Map<number, { readonly told: Map<number, Told>; bytes: number }>()
  #bytes = 0
  #last = 0

  constructor(clock: Clock, most = { ofOne: 1024 * 1024, ofAll: 8 * 1024 * 1024 }) {
    this.#clock = clock
    this.#most = most
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The number of the newest. */
  get last(): number {
    return this.#last
  }

  /** Numbers and keeps an event that has come. */
  keep(org: number, event: PassingEvent): Told {
    const told = new Told(++this.#last, this.#clock.monotonic(), event)
    const own = this.#byOrg.get(org) ?? { told: new Map<number, Told>(), bytes: 0 }
    this.#byOrg.set(org, own)
    own.told.set(told.number, told)
    own.bytes += told.bytes
    this.#all.set(told.number, { org, told })
    this.#bytes += told.bytes
    while (own.bytes > this.#most.ofOne) this.#drop(first(own.told))
    while (this.#bytes > this.#most.ofAll) this.#drop(first(this.#all))
    this.forget()
    return told
  }

  /** What came to an organisation after a number, in order. */
  after(org: number, number: number): Told[] {
    this.forget()
    return [...(this.#byOrg.get(org)?.told.values() ?? [])].filter((told) => told.number > number)
  }

  /** Forgets what is too old. */
  forget(): void {
    const before = this.#clock.monotonic() - keptMs
    for (const { told } of this.#all.values()) {
      if (told.at > before) return
      this.#drop(told.number)
    }
  }

  /** Forgets what came to an organisation so far. */
  clear(org: number): void {
    for (const number of this.#byOrg.get(org)?.told.keys() ?? []) this.#drop(number)
  }

  #drop(number: number | undefined): void {
    const kept = number === undefined ? undefined : this.#all.get(number)
    if (!kept) return
    const { org, told } = kept
    this.#all.delete(told.number)
    this.#bytes -= told.bytes
    const own = this.#byOrg.get(org)
    if (!own) return
    own.told.delete(told.number)
    own.bytes -= told.bytes
    if (own.told.size === 0) this.#byOrg.delete(org)
  }
}

const first = (numbered: ReadonlyMap<number, unknown>): number | undefined => numbered.keys().next().value
