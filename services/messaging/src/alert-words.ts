import type { OrgId, UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { AlertMatcher } from './rules/alert-matcher.ts'
import type { AlertList } from './repo/alert-words.ts'

/** Somebody's alert words are others than the send was held against: look again. */
export class NewerAlertWords extends Error {}

/** Whom a text alerts, and the version of the lists that said so. */
export interface Alerted {
  readonly users: readonly UserId[]
  readonly version: number
}

/** The alert words of organisations, kept in memory. */
export interface AlertWords {
  /** By the lists as they are known here; behind the head a send learns of later ones. */
  find(org: OrgId, text: string): Promise<Alerted>
  /** By the lists as they are now. @throws AppError UNAVAILABLE where the database is not there */
  findAnew(org: OrgId, text: string): Promise<Alerted>
  /** By the lists as an open transaction sees them, for who has a connection and must not wait for another. */
  findWithin(tx: Tx, text: string): Promise<Alerted>
}

/** What an organisation's words may take; who comes when they take more is not alerted. */
const mostOfOne = 48 * 1024 * 1024

interface Known {
  readonly matcher: AlertMatcher
  /** Of each list. */
  readonly versions: Map<UserId, number>
  version: number
  first: Promise<void> | null
  next: Promise<void> | null
}

/**
 * @param load the lists that were changed after a version, read within a transaction where one is given
 * @param capacity most bytes of all words kept; the organisations used longest ago go first
 */
export function createAlertWords(
  load: (org: OrgId, after: number, tx?: Tx) => Promise<readonly AlertList[]>,
  capacity = 2 * mostOfOne,
): AlertWords {
  const organisations = new Map<OrgId, Known>()

  const use = (org: OrgId): Known => {
    const known = organisations.get(org) ?? {
      matcher: new AlertMatcher(),
      versions: new Map(),
      version: 0,
      first: null,
      next: null,
    }
    organisations.delete(org)
    organisations.set(org, known)
    return known
  }

  const makeRoom = (): void => {
    let size = 0
    for (const { matcher } of organisations.values()) size += matcher.bytes
    for (const [org, { matcher }] of organisations) {
      if (size <= capacity || organisations.size === 1) return
      size -= matcher.bytes
      organisations.delete(org)
    }
  }

  const take = (known: Known, lists: readonly AlertList[]): void => {
    // Two readings may end in either order; none takes back what the other brought.
    for (const { user, words, version } of lists) {
      if (version <= (known.versions.get(user) ?? 0)) continue
      known.versions.set(user, version)
      known.matcher.set(user, known.matcher.bytes < mostOfOne ? words : [])
      known.version = Math.max(known.version, version)
    }
    makeRoom()
  }

  /** What is asked for in one tick is read once, and begun after all of it was asked for. */
  const refresh = (org: OrgId, known: Known): Promise<void> => {
    known.next ??= (async () => {
      await new Promise(setImmediate)
      known.next = null
      take(known, await load(org, known.version))
    })()
    return known.next
  }

  const found = ({ matcher, version }: Known, text: string): Alerted => ({
    users: matcher.matches(text),
    version,
  })

  return {
    async find(org, text) {
      const known = use(org)
      known.first ??= refresh(org, known).catch((error: unknown) => {
        known.first = null
        throw error
      })
      await known.first
      return found(known, text)
    },
    async findAnew(org, text) {
      const known = use(org)
      await refresh(org, known)
      return found(known, text)
    },
    async findWithin(tx, text) {
      const known = use(tx.org)
      take(known, await load(tx.org, known.version, tx))
      return found(known, text)
    },
  }
}
