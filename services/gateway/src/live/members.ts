import { isGuestRole } from '@parley/access'
import type { Effect } from './effect.ts'
import type { Person } from './person.ts'

/** What is read of users at one place in the log. */
export interface Loaded {
  readonly seq: number
  readonly people: ReadonlyMap<number, Person>
  /** Every channel open to all members. */
  readonly open: ReadonlySet<number>
  /** Those of them that guests may know of without being in them. */
  readonly webPublic: ReadonlySet<number>
}

type Kept = { -readonly [K in keyof Person]: Person[K] } & {
  channels: Set<number>
  sees: Set<number> | null
  /** What is not in the log of it must be read again before anything is judged for it: it moved, or was out of use. */
  outdated: boolean
}

/** Connected users of one organisation and their channels, kept at the head of the log by its events. */
export class Members {
  readonly #people = new Map<number, Kept>()
  readonly #byChannel = new Map<number, Set<number>>()
  #open: Set<number> | null = null
  #webPublic: Set<number> | null = null

  get(user: number): Person | undefined {
    return this.#people.get(user)
  }

  /** Is everything of this one known? */
  isCurrent(user: number): boolean {
    return this.#people.get(user)?.outdated === false
  }

  /** Connected subscribers of a channel. */
  of(channel: number): ReadonlySet<number> {
    return this.#byChannel.get(channel) ?? nobody
  }

  /** Channels open to all members; empty until something is loaded. */
  get open(): ReadonlySet<number> {
    return this.#open ?? nobody
  }

  /** Channels that somebody of this role may know of without being in them. */
  openTo(role: number): ReadonlySet<number> {
    return isGuestRole(role) ? (this.#webPublic ?? nobody) : this.open
  }

  /** Takes up users read at a place; effects after it must follow. */
  load({ people, open, webPublic }: Loaded): void {
    for (const [user, person] of people) {
      this.drop(user)
      this.#people.set(user, {
        ...person,
        channels: new Set(person.channels),
        sees: person.sees && new Set(person.sees),
        outdated: false,
      })
      for (const channel of person.channels) this.#enter(channel, user)
    }
    this.#open = new Set([...(this.#open ?? []), ...open])
    this.#webPublic = new Set([...(this.#webPublic ?? []), ...webPublic])
  }

  drop(user: number): void {
    for (const channel of this.#people.get(user)?.channels ?? []) this.#leave(channel, user)
    this.#people.delete(user)
  }

  apply(effect: Effect): void {
    switch (effect.kind) {
      case 'joined':
        for (const user of effect.users) this.#move(user, effect.channel, true)
        return
      case 'left':
        for (const user of effect.users) this.#move(user, effect.channel, false)
        return
      case 'opened':
        this.#open?.add(effect.channel)
        if (effect.webPublic) this.#webPublic?.add(effect.channel)
        else this.#webPublic?.delete(effect.channel)
        return
      case 'moved': {
        const person = this.#people.get(effect.user)
        if (!person) return
        person.role = effect.role
        person.vantage = effect.vantage
        person.active = effect.active ?? person.active
        // What a guest sees is not in the log: it may see other people from here on.
        person.outdated ||= isGuestRole(effect.role)
        person.sees = isGuestRole(effect.role) ? new Set() : null
        return
      }
      case 'appeared':
        // Who does not see everybody sees this one from here on.
        for (const { sees } of this.#people.values()) sees?.add(effect.user)
        return
      case 'closed':
        this.#open?.delete(effect.channel)
        this.#webPublic?.delete(effect.channel)
        return
      case 'over':
        for (const person of this.#people.values()) Object.assign(person, { active: false, outdated: true })
        return
      case 'ended': {
        const person = this.#people.get(effect.user)
        if (!person) return
        person.active = effect.active
        person.generation = Math.max(person.generation, effect.generation)
      }
    }
  }

  #move(user: number, channel: number, inside: boolean): void {
    const person = this.#people.get(user)
    if (!person) return
    if (inside) {
      person.channels.add(channel)
      this.#enter(channel, user)
    } else {
      person.channels.delete(channel)
      this.#leave(channel, user)
    }
  }

  #enter(channel: number, user: number): void {
    const users = this.#byChannel.get(channel)
    if (users) users.add(user)
    else this.#byChannel.set(channel, new Set([user]))
  }

  #leave(channel: number, user: number): void {
    const users = this.#byChannel.get(channel)
    users?.delete(user)
    if (users?.size === 0) this.#byChannel.delete(channel)
  }
}

const nobody: ReadonlySet<number> = new Set()
