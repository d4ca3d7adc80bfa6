import { type Clock, type OrgId, type Rights, rights as asRights, unavailable } from '@parley/core'
import type { Ask, Found } from './send-facts.ts'

/** Facts of sends, kept in memory. */
export interface FactsCache {
  /** What is remembered under the last rights seen, else read now; `fresh` forces reading. */
  get(
    org: OrgId,
    ask: Ask,
    options?: { readonly fresh?: boolean },
  ): Promise<Found & { readonly fresh: boolean }>
  /** These rights were seen: what was read under older ones is no longer believed. */
  saw(org: OrgId, rights: Rights): void
  /** The database found an ask's facts unchanged under these rights. */
  confirmed(org: OrgId, ask: Ask, hash: string, rights: Rights): void
}

/** Answers many asks of one organisation from one snapshot. */
export type LoadFacts = (org: OrgId, asks: readonly Ask[]) => Promise<readonly (Found | undefined)[]>

interface Organisation {
  /** The newest rights that were seen anywhere. */
  seen: Rights
  readonly entries: Map<string, Found>
  waiting: Map<string, Waiting>
}
interface Waiting {
  readonly ask: Ask
  readonly settle: PromiseWithResolvers<Found>
}

// One statement stays short: the rest of a tick's misses go into the next.
const mostPerStatement = 256

// An entry stays below a few kilobytes: conversations of many people, and long texts that name nobody, are read anew.
const mostPeople = 32
const longestKey = 1_000

/**
 * Keeps facts per organisation, valid for the last rights seen. Misses of one tick are read together, in one
 * statement per organisation, never one per send. Nothing rests on it being right: a send is checked behind the head.
 * What time alone changes, becoming a full member, is read again when that time has come.
 * @param capacity most entries of one organisation; the least recently used one goes first
 */
export function createFactsCache(load: LoadFacts, clock: Clock, capacity = 20_000): FactsCache {
  const organisations = new Map<OrgId, Organisation>()

  const of = (org: OrgId): Organisation => {
    const found = organisations.get(org) ?? { seen: asRights(0), entries: new Map(), waiting: new Map() }
    organisations.set(org, found)
    return found
  }
  const see = (known: Organisation, rights: Rights): void => {
    if (rights > known.seen) known.seen = rights
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
    known.waiting = new Map(all.slice(mostPerStatement))
    if (known.waiting.size > 0) setImmediate(() => void flush(org, known))
    const now = all.slice(0, mostPerStatement)
    try {
      const found = await load(
        org,
        now.map(([, { ask }]) => ask),
      )
      now.forEach(([, { ask, settle }], at) => {
        const one = found[at]
        if (!one) return settle.reject(unavailable())
        see(known, one.rights)
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

  return {
    async get(org, ask, { fresh = false } = {}) {
      const known = of(org)
      const key = keyOf(ask)
      const found = known.entries.get(key)
      if (!fresh && found && found.rights >= known.seen && !isOver(found, clock)) {
        keep(known, key, found)
        return { ...found, fresh: false }
      }
      return { ...(await read(org, ask)), fresh: true }
    },
    saw(org, rights) {
      see(of(org), rights)
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

const isOver = ({ facts: { actor } }: Found, clock: Clock): boolean =>
  actor !== null && actor.until !== null && actor.until <= clock.now()

const keyOf = ({ user, channel, name, users, emails }: Ask): string =>
  JSON.stringify([user, channel ?? null, name ?? null, users ?? null, emails ?? null])
