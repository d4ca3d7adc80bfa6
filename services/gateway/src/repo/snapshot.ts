import type { Granted } from '@parley/access'
import { internal } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ seq: z.int(), vantage: z.int(), snapshot: z.string() })

/** The head of the log and the user's vantage in this transaction's snapshot, and its name for other transactions. */
export async function exportSnapshot(tx: Tx, { actor }: Granted<'self:use'>): Promise<z.output<typeof Row>> {
  const [row] = await tx.query(
    Row,
    `SELECT h.seq, a.vantage, pg_export_snapshot() AS snapshot
     FROM events.head h JOIN auth.v1_actors a ON a.org_id = h.org_id AND a.user_id = $2 WHERE h.org_id = $1`,
    [tx.org, actor.userId],
  )
  if (!row) throw internal(new Error('no log for this organisation'))
  return row
}

/** Says that the transaction is still wanted. */
export async function stir(tx: Tx): Promise<void> {
  await tx.execute('SELECT 1')
}
