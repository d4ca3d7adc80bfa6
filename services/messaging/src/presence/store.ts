import { mostPresenceDays } from '@parley/api'
import type { Clock, OrgId } from '@parley/core'
import type { ScriptRunner } from '@parley/kit'
import { z } from 'zod'
import { noteScript, readScript } from './script.ts'

/** When somebody was last active, and last there at all; seconds since the Unix epoch, 0 for never. */
export interface Seen {
  readonly active: number
  readonly there: number
}

/** Somebody as they were before something was noted of them, and as they are now. */
export interface Noted {
  readonly before: Seen
  readonly now: Seen
}

/** Who was there after some news, and the number of the newest; -1 where nothing is known. */
export interface News {
  readonly last: number
  readonly seen: ReadonlyMap<number, Seen>
}

/** Where nothing is known. */
export const nothing: News = { last: -1, seen: new Map() }

/** Clients say that they are there every minute: what came less than this many seconds ago is no news. */
const moment = 50
/** Kept for so many seconds after the last news of somebody. */
const kept = mostPresenceDays * 86_400
/** Where Redis did not answer it is let be for so long: each who asks it holds a connection to Postgres meanwhile. */
const restMs = 1000
/** News that one call brings, so that no call holds Redis up. */
const mostAtOnce = 1000
/** Organisations that are remembered here; of the one that was asked for longest ago all is read anew. */
const mostOrganisations = 1000

const Line = z.string().regex(/^\d+ \d+ \d+ \d+$/)
const Found = z.tuple([z.coerce.number().int()], Line)

/** What is known here of an organisation, the newest news last. */
interface Known {
  last: number
  readonly people: Map<number, Seen & { readonly number: number }>
  reading: Promise<boolean> | null
}

/**
 * Who is there, in Redis alone: it may be lost at any time, and is known again a minute later. While Redis is away
 * nobody is. What was read once is remembered here, so that each call brings only news.
 */
export class PresenceStore {
  readonly #redis: ScriptRunner
  readonly #clock: Clock
  readonly #report: (error: unknown) => void
  readonly #known = new Map<OrgId, Known>()
  #awayUntil = -Infinity

  constructor(redis: ScriptRunner, clock: Clock, report: (error: unknown) => void) {
    this.#redis = redis
    this.#clock = clock
    this.#report = report
  }

  /** Notes that somebody is there now. @returns what that changes; null where it is no news or cannot be noted */
  async note(org: OrgId, user: number, active: boolean): Promise<Noted | null> {
    const ms = this.#clock.now()
    const args = [user, Math.floor(ms / 1000), active ? 1 : 0, ms, moment, kept]
    const noted = Line.safeParse(await this.#run(noteScript, org, args))
    if (!noted.success) return null
    const [wasActive = 0, wasThere = 0, isActive = 0, isThere = 0] = noted.data.split(' ').map(Number)
    return { before: { active: wasActive, there: wasThere }, now: { active: isActive, there: isThere } }
  }

  /** Those of whom there is news after a number; -1 for all. */
  async after(org: OrgId, number: number): Promise<News> {
    const known = await this.#fresh(org)
    if (!known) return nothing
    const seen = new Map<number, Seen>()
    for (const [user, person] of [...known.people].reverse()) {
      if (person.number <= number) break
      seen.set(user, person)
    }
    return { last: known.last, seen }
  }

  /** When somebody was there; null where that is not known. */
  async of(org: OrgId, user: number): Promise<Seen | null> {
    const known = await this.#fresh(org)
    return known?.people.get(user) ?? null
  }

  /** What is known of an organisation, with all news; null where there is no asking. */
  async #fresh(org: OrgId): Promise<Known | null> {
    const known = this.#known.get(org) ?? { last: -1, people: new Map(), reading: null }
    this.#known.delete(org)
    this.#known.set(org, known)
    for (const [oldest] of this.#known) {
      if (this.#known.size <= mostOrganisations) break
      this.#known.delete(oldest)
    }
    // Whoever asks while news is on its way may have to see what came after that was asked for.
    await known.reading
    known.reading ??= this.#read(org, known).finally(() => {
      known.reading = null
    })
    return (await known.reading) ? known : null
  }

  /** Reads all news there is. @returns whether it could */
  async #read(org: OrgId, known: Known): Promise<boolean> {
    for (;;) {
      const found = Found.safeParse(await this.#run(readScript, org, [known.last, mostAtOnce]))
      if (!found.success) return false
      const [last, ...news] = found.data
      // Redis was wiped or set back.
      if (last < known.last) {
        known.people.clear()
        known.last = -1
        continue
      }
      for (const line of news) {
        const [number = 0, user = 0, active = 0, there = 0] = line.split(' ').map(Number)
        known.people.delete(user)
        known.people.set(user, { number, active, there })
        known.last = number
      }
      if (news.length < mostAtOnce) {
        known.last = last
        return true
      }
    }
  }

  async #run(script: string, org: OrgId, args: readonly number[]): Promise<unknown> {
    if (this.#clock.monotonic() < this.#awayUntil) return undefined
    try {
      return await this.#redis.run(script, keysOf(org), args)
    } catch (error) {
      this.#awayUntil = this.#clock.monotonic() + restMs
      this.#report(error)
      return undefined
    }
  }
}

/** One slot of a cluster for each organisation. */
const keysOf = (org: OrgId): [seen: string, order: string] => [
  `messaging:presence:{${org}}:seen`,
  `messaging:presence:{${org}}:order`,
]
