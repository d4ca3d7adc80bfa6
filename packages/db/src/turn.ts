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
