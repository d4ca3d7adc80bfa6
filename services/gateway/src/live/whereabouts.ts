import { isGuestRole } from '@parley/access'
import type { Person } from './person.ts'
import { type Addressed, goesTo, mayKnow, type Standing } from './visibility.ts'

/** Where a message stands since it left another channel. */
export interface Place {
  readonly channel: number
  /** Whom it came to, where the channel keeps its history from who was not there; null where all inside read it. */
  readonly holders: ReadonlySet<number> | null
}

/** Messages that went to another channel at a place of the log. */
export interface Relocated {
  readonly seq: number
  readonly places: ReadonlyMap<number, Place>
}

/** A channel that was closed at a place of the log, or its history, to whomever: who comes later is not named there. */
export interface Closing {
  readonly seq: number
  readonly channel: number
}

/** What the log went on to say behind events, in its order. */
export interface Since {
  readonly relocated: readonly Relocated[]
  readonly closings: readonly Closing[]
}

/** How a user stands now to what an event tells. */
interface Standpoint {
  readonly person: Pick<Person, 'role' | 'channels'>
  readonly open: ReadonlySet<number>
  readonly now: Standing
}

/** May this user be told of a message, and where it has gone. */
export interface Fate {
  readonly heard: boolean
  /** Its history was closed where it is now, and nobody wrote down who of those inside has it. */
  readonly unsure: boolean
  readonly channels: readonly number[]
}

/** May this user be told of what stands there? */
export const hears = (
  { channel, holders }: Place,
  user: number,
  person: Pick<Person, 'role' | 'channels'>,
  open: ReadonlySet<number>,
): boolean =>
  (person.channels.has(channel) || (open.has(channel) && !isGuestRole(person.role))) &&
  (holders === null || holders.has(user))

/**
 * Where messages are that events of the log tell of: as the log went on behind the events, and as the database said when
 * the log was read. The log is applied at least as far as the database was then, so where these differ the log is newer;
 * only what both let through is told.
 */
export class Whereabouts {
  readonly #relocated: readonly Relocated[]
  readonly #closings: readonly Closing[]
  readonly #read: ReadonlyMap<number, Place>

  /** @param since up to where the log is applied */
  constructor({ relocated, closings }: Since, read: ReadonlyMap<number, Place> = new Map()) {
    this.#relocated = relocated
    this.#closings = closings
    this.#read = read
  }

  /** Has nothing moved? */
  get empty(): boolean {
    return this.#relocated.length === 0 && this.#read.size === 0
  }

  /** What became of each message of an event for this user; null where none of them moved since. */
  fateOf(
    event: Addressed & { readonly seq: number },
    user: number,
    { person, open, now }: Standpoint,
  ): Fate[] | null {
    const { messages, seq } = event
    if (!messages || this.empty) return null
    const places = messages.map((id) => this.#placesOf(id, seq))
    if (places.every((known) => known.length === 0)) return null
    const stays = goesTo(event, user, now) && mayKnow(event, user, person, open)
    return places.map((known) => ({
      heard: known.length === 0 ? stays : known.every((place) => hears(place, user, person, open)),
      unsure: known.some((place) => this.#closedSince(place)),
      channels: known.map(({ channel }) => channel),
    }))
  }

  #placesOf(id: number, seq: number): (Place & { readonly from: number })[] {
    const last = this.#relocated.findLast((one) => one.seq > seq && one.places.has(id))
    const moved = last?.places.get(id)
    const read = this.#read.get(id)
    return [
      ...(last && moved ? [{ ...moved, from: last.seq }] : []),
      // Whatever was closed in memory may have been closed behind what was read.
      ...(read ? [{ ...read, from: 0 }] : []),
    ]
  }

  #closedSince({ channel, holders, from }: Place & { readonly from: number }): boolean {
    return holders === null && this.#closings.some((one) => one.channel === channel && one.seq > from)
  }
}

export const nowhere = new Whereabouts({ relocated: [], closings: [] })
