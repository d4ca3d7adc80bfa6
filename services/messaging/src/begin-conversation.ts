import { type Granted, limitsGuests } from '@parley/access'
import type { OrgId, Rights, Seq } from '@parley/core'
import { type Database, takeTurn, type Tx } from '@parley/db'
import { inLine, type TurnsOf } from '@parley/kit'
import { append, appendedIn, hold, make, StaleRights, userMoved } from '@parley/events'
import type { FactsCache } from './facts/cache.ts'
import { loadSendFacts } from './facts/send-facts.ts'
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
 * @param tx in its organisation's turn: whoever begins moves the rights of all who wait
 * @throws StaleRights where it stands no more
 */
export async function standingRights(
  tx: Tx,
  facts: Pick<FactsCache, 'changed'>,
  { actor }: Granted<'message:send'>,
  { ask, found }: Target,
): Promise<Rights> {
  const on = { once: tx.query.bind(tx) }
  const [now] = await loadSendFacts(on, actor.orgId, [ask])
  if (!now) throw new StaleRights()
  if (now.hash !== found.hash) {
    facts.changed(actor.orgId, actor.userId, now.rights)
    throw new StaleRights()
  }
  return now.rights
}

/**
 * Begins it, in a transaction and in a turn of its own: rows of accounts come before the head, which a send holds.
 * @param standing the rights under which the decision stands, asked in the turn
 * @throws StaleRights where they moved since: nothing was written
 */
export async function begin(
  { database, hint, following }: Beginning,
  granted: Granted<'message:send'>,
  standing: (tx: Tx) => Promise<Rights> = () => Promise.resolve(granted.rights),
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { orgId, userId } = granted.actor
  const waiting = { account: userId, revokes: false, bytes: 0, signal }
  const appended = await inLine(database, following, waiting).write(orgId, async (tx: Tx) => {
    await takeTurn(tx)
    const rights = await standing(tx)
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
