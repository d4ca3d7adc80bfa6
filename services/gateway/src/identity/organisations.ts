import type { Clock } from '@parley/core'
import { noSuchSite } from '../edge/host.ts'

/** Finds the organisation of a subdomain (null: the root host). */
export type FindOrganisation = (subdomain: string | null) => Promise<number | null>

const foundMs = 5000
const missedMs = 1000
const most = 10_000

/** Which organisation a host stands for, remembered for a few seconds and asked for once at a time. */
export class Organisations {
  readonly #find: FindOrganisation
  readonly #clock: Clock
  readonly #known = new Map<string | null, { org: Promise<number | null>; until: number }>()

  constructor(find: FindOrganisation, clock: Clock) {
    this.#find = find
    this.#clock = clock
  }

  /** @throws AppError NONEXISTENT_SUBDOMAIN */
  async of(subdomain: string | null): Promise<number> {
    const now = this.#clock.monotonic()
    const known = this.#known.get(subdomain)
    const org = await (known && known.until > now ? known.org : this.#ask(subdomain, now))
    if (org === null) throw noSuchSite()
    return org
  }

  #ask(subdomain: string | null, now: number): Promise<number | null> {
    if (this.#known.size >= most) this.#known.clear()
    const entry = { org: this.#find(subdomain), until: now + foundMs }
    this.#known.set(subdomain, entry)
    entry.org.then(
      (org) => {
        if (org === null) entry.until = now + missedMs
      },
      () => this.#known.delete(subdomain),
    )
    return entry.org
  }
}
