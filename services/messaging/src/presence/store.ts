import type { Clock, OrgId } from '@parley/core'
import type { ScriptRunner } from '@parley/kit'
import { z } from 'zod'
import { noteScript, oneScript, readScript } from './script.ts'

/** When somebody was last active, and last there at all; seconds since the Unix epoch, 0 for never. */
export interface Seen {
  readonly active: number
  readonly there: number
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
/** Kept for so many seconds after the last news of an organisation. */
const kept = 14 * 86_400

/** Where Redis did not answer it is let be for so long: each who asks it holds a connection to Postgres meanwhile. */
const restMs = 1000

const word = /^(\d+) (\d+) (\d+)$/
const Found = z.tuple([z.coerce.number().int()], z.string().regex(word))
const One = z
  .string()
  .regex(/^\d+ \d+$/)
  .nullable()

/**
 * Who is there, in Redis alone: it may be lost at any time, and is known again a minute later. While Redis is away
 * nobody is.
 */
export class PresenceStore {
  readonly #redis: ScriptRunner
  readonly #clock: Clock
  readonly #report: (error: unknown) => void

  #awayUntil = -Infinity

  constructor(redis: ScriptRunner, clock: Clock, report: (error: unknown) => void) {
    this.#redis = redis
    this.#clock = clock
    this.#report = report
  }

  /** Notes that somebody is there now. */
  async note(org: OrgId, user: number, active: boolean): Promise<void> {
    const ms = this.#clock.now()
    const args = [user, Math.floor(ms / 1000), active ? 1 : 0, ms, moment, kept]
    await this.#run(noteScript, keysOf(org), args)
  }

  /** Those of whom there is news after a number; -1 for all. */
  async after(org: OrgId, number: number): Promise<News> {
    const found = Found.safeParse(await this.#run(readScript, keysOf(org), [number]))
    if (!found.success) return nothing
    const [last, ...people] = found.data
    return { last, seen: new Map(people.map((person) => personOf(person))) }
  }

  /** When somebody was there; null where that is not known. */
  async of(org: OrgId, user: number): Promise<Seen | null> {
    const found = One.safeParse(await this.#run(oneScript, keysOf(org), [user]))
    if (!found.success || found.data === null) return null
    return personOf(`${user} ${found.data}`)[1]
  }

  async #run(script: string, keys: readonly string[], args: readonly number[]): Promise<unknown> {
    if (this.#clock.monotonic() < this.#awayUntil) return undefined
    try {
      return await this.#redis.run(script, keys, args)
    } catch (error) {
      this.#awayUntil = this.#clock.monotonic() + restMs
      this.#report(error)
      return undefined
    }
  }
}

function personOf(person: string): readonly [user: number, Seen] {
  const [user = 0, active = 0, there = 0] = person.split(' ').map(Number)
  return [user, { active, there }]
}

/** One slot of a cluster for each organisation. */
const keysOf = (org: OrgId): [seen: string, order: string] => [
  `messaging:presence:{${org}}:seen`,
  `messaging:presence:{${org}}:order`,
]
