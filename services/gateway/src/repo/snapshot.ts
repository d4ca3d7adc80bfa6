import { internal } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ seq: z.int(), snapshot: z.string() })

/** The head of the log in this transaction's snapshot, and the snapshot's name for other transactions. */
export async function exportSnapshot(tx: Tx): Promise<{ seq: number; snapshot: string }> {
  const [row] = await tx.query(
    Row,
    'SELECT seq, pg_export_snapshot() AS snapshot FROM events.head WHERE org_id = $1',
    [tx.org],
  )
  if (!row) throw internal(new Error('no log for this organisation'))
  return row
}

/** Says that the transaction is still wanted. */
export async function stir(tx: Tx): Promise<void> {
  await tx.execute('SELECT 1')
}
