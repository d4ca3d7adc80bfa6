import { type Clock, type OrgId, type Rights, unavailable, type UserId } from '@parley/core'
import type { Ask, Found } from './send-facts.ts'

/** Facts of sends, kept in memory. */
export interface FactsCache {
  /** What is remembered, else read now; `fresh` forces reading. */
  get(
    org: OrgId,
    ask: Ask,
    options?: { readonly fresh?: boolean },
  ): Promise<Found & { readonly fresh: boolean }>
  /** Facts of an ask of this sender were found changed under these rights: none that are older are believed for it. */
  changed(org: OrgId, user: UserId, rights: Rights): void
  /** The database found an ask's facts unchanged under these rights. */
  confirmed(org: OrgId, ask: Ask, hash: string, rights: Rights): void
}

/** Answers many asks of one organisation from one snapshot. */
export type LoadFacts = (org: OrgId, asks: readonly Ask[]) => Promise<readonly (Found | undefined)[]>

interface Organisation {
  /** By sender: what was read under older rights is not believed. */
  readonly since: Map<UserId, Rights>
  readonly entries: Map<string, Found>
  waiting: Map<string, Waiting>
}
interface Waiting {
  readonly ask: Ask
  readonly settle: PromiseWithResolvers<Found>
}

// One statement stays short: the rest of a tick's misses go into the next.
const mostPerStatement = 256
/** Of what they name. A conversation may be of many people, and its ask is as long as a request may be. */
const longestStatement = 256_000

// An entry stays below a few kilobytes: conversations of many people, and long texts that name nobody, are read anew.
const mostPeople = 32
const longestKey = 1_000

/**
 * Keeps facts per organisation. Misses of one tick are read together, in one statement per organisation, never one per
 * send. Nothing rests on them being right, and they stay until one of the same sender is found changed: a send is checked behind the head.
 * What time alone changes, becoming a full member, is read again when that time has come.
 * @param capacity most entries of one organisation; the least recently used one goes first
 */
export function createFactsCache(load: LoadFacts, clock: Clock, capacity = 20_000): FactsCache {
  const organisations = new Map<OrgId, Organisation>()

  const of = (org: OrgId): Organisation => {
    const found = organisations.get(org) ?? { since: new Map(), entries: new Map(), waiting: new Map() }
    organisations.set(org, found)
    return found
  }
  const keep = (known: Organisation, key: string, found: Found): void => {
    known.entries.delete(key)
    known.entries.set(key, found)
    if (known.entries.size > capacity)
      for (const oldest of known.entries.keys()) return void known.entries.delete(oldest)
  }

  /** The sender alone is a part of every answer. */
  const keepAll = (known: Organisation, ask: Ask, found: Found): void => {
    const key = keyOf(ask)
    if (key.length <= longestKey && (found.facts.people?.length ?? 0) <= mostPeople) keep(known, key, found)
    const facts = { ...found.facts, channel: null, people: null, begun: false }
    keep(known, keyOf({ user: ask.user }), { ...found, facts })
  }

  const flush = async (org: OrgId, known: Organisation): Promise<void> => {
    const all = [...known.waiting]
    const now = all.slice(0, fitting(all))
    known.waiting = new Map(all.slice(now.length))
    if (known.waiting.size > 0) setImmediate(() => void flush(org, known))
    try {
      const found = await load(
        org,
        now.map(([, { ask }]) => ask),
      )
      now.forEach(([, { ask, settle }], at) => {
        const one = found[at]
        if (!one) return settle.reject(unavailable())
        keepAll(known, ask, one)
        settle.resolve(one)
      })
    } catch (error) {
      for (const [, { settle }] of now) settle.reject(error)
    }
  }

  const read = (org: OrgId, ask: Ask): Promise<Found> => {
    const known = of(org)
    const key = keyOf(ask)
    if (known.waiting.size === 0) setImmediate(() => void flush(org, known))
    const waiting = known.waiting.get(key) ?? { ask, settle: Promise.withResolvers<Found>() }
    known.waiting.set(key, waiting)
    return waiting.settle.promise
  }

  const changed = ({ since }: Organisation, user: UserId, rights: Rights): void => {
    if (rights <= (since.get(user) ?? 0)) return
    since.delete(user)
    since.set(user, rights)
    // Who is forgotten here finds it out anew.
    if (since.size > capacity) for (const oldest of since.keys()) return void since.delete(oldest)
  }

  return {
    async get(org, ask, { fresh = false } = {}) {
      const known = of(org)
      const key = keyOf(ask)
      const found = known.entries.get(key)
      const since = known.since.get(ask.user) ?? 0
      if (!fresh && found && found.rights >= since && !isOver(found, clock)) {
        keep(known, key, found)
        return { ...found, fresh: false }
      }
      const now = await read(org, ask)
      // Who asks afresh doubts what is remembered, by whatever name it was asked for.
      if (fresh) changed(known, ask.user, now.rights)
      return { ...now, fresh: true }
    },
    changed(org, user, rights) {
      changed(of(org), user, rights)
    },
    confirmed(org, ask, hash, rights) {
      const known = of(org)
      const key = keyOf(ask)
      const found = known.entries.get(key)
      // Of others nothing is known by this: they are held against the head when they are used.
      if (!found || found.rights >= rights) return
      if (found.hash === hash) keepAll(known, ask, { ...found, rights })
      else known.entries.delete(key)
    },
  }
}

/** How many of them, one at least, go into one statement. */
function fitting(all: readonly (readonly [key: string, Waiting])[]): number {
  let length = 0
  let many = 0
  for (const [key] of all) {
    length += key.length
    if (many === mostPerStatement || (many > 0 && length > longestStatement)) break
    many++
  }
  return many
}

const isOver = ({ facts: { actor } }: Found, clock: Clock): boolean =>
  actor !== null && actor.until !== null && actor.until <= clock.now()

const keyOf = ({ user, channel, name, users, emails }: Ask): string =>
  JSON.stringify([user, channel ?? null, name ?? null, users ?? null, emails ?? null])
