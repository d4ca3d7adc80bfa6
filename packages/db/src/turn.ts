import type { Tx } from './tx.ts'

/** First key of this advisory lock; the second is the organisation. */
const againLock = 100

/**
 * Waits until nobody else in the organisation decides again, for a write that was overtaken: its next attempt reads the
 * rights behind the others'. Else of a few changes at once some would lose every time. Taken before any row.
 */
export async function takeTurn(tx: Tx): Promise<void> {
  await tx.execute('SELECT pg_advisory_xact_lock($1, $2)', [againLock, tx.org])
}
