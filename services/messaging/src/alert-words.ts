import type { OrgId, UserId } from '@parley/core'
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
}

interface Known {
  readonly matcher: AlertMatcher
  /** Of each list. */
  readonly versions: Map<UserId, number>
  version: number
  first: Promise<void> | null
  next: Promise<void> | null
}

/**
 * @param load the lists that were changed after a version
 * @param capacity most characters of all words kept; the organisations used longest ago go first
 */
export function createAlertWords(
  load: (org: OrgId, after: number) => Promise<readonly AlertList[]>,
  capacity = 16_000_000,
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
    for (const { matcher } of organisations.values()) size += matcher.size
    for (const [org, { matcher }] of organisations) {
      if (size <= capacity || organisations.size === 1) return
      size -= matcher.size
      organisations.delete(org)
    }
  }

  /** What is asked for in one tick is read once, and begun after all of it was asked for. */
  const refresh = (org: OrgId, known: Known): Promise<void> => {
    known.next ??= (async () => {
      await new Promise(setImmediate)
      known.next = null
      const lists = await load(org, known.version)
      // Two readings may end in either order; none takes back what the other brought.
      for (const { user, words, version } of lists) {
        if (version <= (known.versions.get(user) ?? 0)) continue
        known.versions.set(user, version)
        known.matcher.set(user, words)
        known.version = Math.max(known.version, version)
      }
      makeRoom()
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
  }
}
