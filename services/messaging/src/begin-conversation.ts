import { type Granted, limitsGuests } from '@parley/access'
import type { OrgId, Seq } from '@parley/core'
import { type Database, takeTurn, type Tx } from '@parley/db'
import { append, appendedIn, hold, make, userMoved } from '@parley/events'
import type { Target } from './facts/target.ts'
import { beginConversation, isBegun } from './repo/conversations.ts'

/** Where it is read and written, and who is told that a log has grown. */
export interface Beginning {
  readonly database: Pick<Database, 'read' | 'write'>
  readonly hint: (org: OrgId, seq: Seq) => void
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
 * Begins it, in a transaction and in a turn of its own: rows of accounts come before the head, which a send holds.
 * @throws StaleRights where rights moved since the decision: nothing was written
 */
export async function begin({ database, hint }: Beginning, granted: Granted<'message:send'>): Promise<void> {
  const { orgId } = granted.actor
  const appended = await database.write(orgId, async (tx: Tx) => {
    await takeTurn(tx)
    const moved = await beginConversation(tx, granted)
    await hold(tx, granted.rights)
    if (moved.length === 0) return null
    await append(
      tx,
      granted.rights,
      moved.map((account) => make(userMoved, account)),
    )
    return appendedIn(tx)
  })
  if (appended) hint(orgId, appended.seq)
}
