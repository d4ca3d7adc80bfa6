import type { UserId } from '@parley/core'
import { prepared } from './prepared.ts'
import type { Tx } from './tx.ts'

/** First key of this advisory lock; the second is the organisation. */
const turnLock = 100

/**
 * Waits until nobody else in the organisation who has asked for a turn changes rights, whatever service they belong to.
 * For a write that was overtaken, or surely would be: what it reads next, it reads behind the others. Else of a few
 * changes at once some would lose every time. The head stays free meanwhile. Taken before any row.
 */
export async function takeTurn(tx: Tx): Promise<void> {
  await tx.execute(prepared('SELECT pg_advisory_xact_lock($1, $2)'), [turnLock, tx.org])
}

/** First key of this advisory lock; the second is the user. */
const ownLock = 101

/**
 * Waits until no other write of the user is between what it decides and its commit, where either of the two asks for it
 * `alone`; those that share it go on beside each other. For what only the user's own writes can change, so that nothing
 * behind the head needs to look at it again. Taken before the head, and before what is decided upon is read.
 */
export async function takeOwnTurn(tx: Tx, user: UserId, how: 'alone' | 'shared'): Promise<void> {
  const lock =
    how === 'alone'
      ? prepared('SELECT pg_advisory_xact_lock($1, $2)')
      : prepared('SELECT pg_advisory_xact_lock_shared($1, $2)')
  await tx.execute(lock, [ownLock, user])
}
