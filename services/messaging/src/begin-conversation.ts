import { type Granted, limitsGuests } from '@parley/access'
import type { OrgId, Rights, Seq } from '@parley/core'
import { type Database, takeTurn, type Tx } from '@parley/db'
import { inLine, type TurnsOf } from '@parley/kit'
import { append, appendedIn, hold, make, StaleRights, userMoved } from '@parley/events'
import type { FactsCache } from './facts/cache.ts'
import type { Target } from './facts/target.ts'
import { beginConversation, isBegun } from './repo/conversations.ts'

/** Where it is read and written, and who is told that a log has grown. */
export interface Beginning {
  readonly database: Pick<Database, 'read' | 'write'>
  readonly hint: (org: OrgId, seq: Seq) => void
  /** Where it waits for the organisation's turn without a connection; with one, for the server's own work, unless given. */
  readonly following?: TurnsOf
}

/**
 * Must the conversation be begun before something is sent to it? One with guests, where they see only whom they have met:
 * they come to see the others by it, so their queues begin anew before the first message.
 */
export async function mustBegin(
  on: Pick<Database, 'read'>,
  granted: Granted<'message:send'>,
  { found }: Target,
): Promise<boolean> {
  const { people } = found.facts
  if (!people?.some(({ guest }) => guest) || !limitsGuests(granted.actor.realmGroups)) return false
  return !(await on.read(granted.actor.orgId, (tx) => isBegun(tx, granted)))
}

/**
 * The rights under which what was decided from memory still stands: it is read again, for beginning is not held against facts.
 * @throws StaleRights where it stands no more
 */
export async function standingRights(
  facts: Pick<FactsCache, 'get'>,
  { actor }: Granted<'message:send'>,
  { ask, found }: Target,
): Promise<Rights> {
  const now = await facts.get(actor.orgId, ask, { fresh: true })
  if (now.hash !== found.hash) throw new StaleRights()
  return now.rights
}

/**
 * Begins it, in a transaction and in a turn of its own: rows of accounts come before the head, which a send holds.
 * @param rights under which the decision is known to stand
 * @throws StaleRights where they moved since: nothing was written
 */
export async function begin(
  { database, hint, following }: Beginning,
  granted: Granted<'message:send'>,
  rights: Rights = granted.rights,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { orgId, userId } = granted.actor
  const waiting = { account: userId, revokes: false, bytes: 0, signal }
  const appended = await inLine(database, following, waiting).write(orgId, async (tx: Tx) => {
    await takeTurn(tx)
    const moved = await beginConversation(tx, granted)
    await hold(tx, rights)
    if (moved.length === 0) return null
    await append(
      tx,
      rights,
      moved.map((account) => make(userMoved, account)),
    )
    return appendedIn(tx)
  })
  if (appended) hint(orgId, appended.seq)
}
