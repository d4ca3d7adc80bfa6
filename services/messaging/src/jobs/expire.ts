import { authorize } from '@parley/access'
import type { Clock, OrgId } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { hold } from '@parley/events'
import { type AfterCommit, commit, deciding } from '@parley/kit'
import { expire } from '../edits/remove.ts'
import { readNotificationBot } from '../facts/notification-bot.ts'
import { inUse } from '../facts/organisation-use.ts'
import { readExpired, readPlaces } from '../repo/expired.ts'

/** Between two looks for what has become too old. */
export const lookEveryMs = 600_000

export interface Expiring {
  readonly database: Database
  readonly afterCommit: AfterCommit
  readonly clock: Clock
  /** What cannot be taken away is tried again with the next look, and holds up nothing else. */
  readonly onProblem: (error: unknown) => void
}

/**
 * Takes some of an organisation's messages away that were kept for as long as it wants, each piece in a transaction that decides
 * behind the head: so however many do this, each is taken away once, and a longer time that is set meanwhile holds.
 * @returns how many are gone; 0 where nothing is too old
 * @throws AppError UNAVAILABLE where the database is not there
 */
export async function expireOld(on: Expiring, org: OrgId): Promise<number> {
  const now = Math.floor(on.clock.now() / 1000)
  let gone = 0
  for (let after: number | null = 0; after !== null;) {
    const from: number = after
    const { due, upTo } = await on.database.read(org, (tx) => readPlaces(tx, now, from))
    for (const place of due)
      gone += await deciding((attempt) => commit(on, org, (tx) => expireSome(tx, place, now), attempt)).catch(
        (error: unknown) => {
          on.onProblem(error)
          return 0
        },
      )
    after = upTo
  }
  return gone
}

async function expireSome(tx: Tx, recipient: number, now: number): Promise<number> {
  const { actor, rights } = await readNotificationBot(tx)
  await hold(tx, rights)
  if (!(await inUse(tx))) return 0
  const found = await readExpired(tx, actor, recipient, now)
  if (!found) return 0
  const verdict = authorize('message:expire', actor, found.facts, rights)
  return verdict.ok ? expire(tx, verdict.granted, found.ids) : 0
}
