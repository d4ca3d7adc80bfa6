import type { Effect } from './effect.ts'
import { type Loaded, Members } from './members.ts'
import type { Person } from './person.ts'

/** Reads users and their channels at the head of the log. */
export type LoadMembers = (users: readonly number[]) => Promise<Loaded>

interface Loading {
  readonly effects: { seq: number; effect: Effect }[]
}

/**
 * The connected users of one organisation. A user is read once and then follows the log; those asked for in one
 * turn are read together.
 */
export class People {
  readonly members = new Members()
  readonly #load: LoadMembers
  readonly #reach: (seq: number) => Promise<void>
  readonly #open = new Set<Loading>()
  #next: { users: Set<number>; done: Promise<void> } | null = null
  readonly #used = new Map<number, number>()

  /** `reach` resolves when the feed has applied a place. */
  constructor(load: LoadMembers, reach: (seq: number) => Promise<void>) {
    this.#load = load
    this.#reach = reach
  }

  /** The user as the log says at the feed's head; undefined where there is no such account. */
  async get(user: number, now: number): Promise<Person | undefined> {
    this.#used.set(user, now)
    while (!this.members.isCurrent(user)) {
      await this.#request(user)
      if (!this.members.get(user)) return undefined
    }
    return this.members.get(user)
  }

  apply(seq: number, effect: Effect): void {
    for (const loading of this.#open) loading.effects.push({ seq, effect })
    this.members.apply(effect)
  }

  /** Forgets users nobody asked for since `before`, except those to keep. */
  forget(before: number, keep: (user: number) => boolean): void {
    for (const [user, at] of this.#used)
      if (at < before && !keep(user)) {
        this.#used.delete(user)
        this.members.drop(user)
      }
  }

  #request(user: number): Promise<void> {
    if (!this.#next) {
      const users = new Set<number>()
      const turn = new Promise<void>((done) => setImmediate(done))
      this.#next = { users, done: turn.then(() => this.#read(users)) }
    }
    this.#next.users.add(user)
    return this.#next.done
  }

  async #read(users: ReadonlySet<number>): Promise<void> {
    this.#next = null
    const loading: Loading = { effects: [] }
    this.#open.add(loading)
    try {
      const loaded = await this.#load([...users])
      // What was read may be ahead of the feed; until the feed is there, nobody may be judged by it.
      await this.#reach(loaded.seq)
      this.members.load(loaded)
      for (const { seq, effect } of loading.effects) if (seq > loaded.seq) this.members.apply(effect)
    } finally {
      this.#open.delete(loading)
    }
  }
}
