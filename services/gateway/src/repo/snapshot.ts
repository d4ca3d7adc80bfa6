import type { Granted } from '@parley/access'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ seq: z.int(), vantage: z.int(), snapshot: z.string() })

/** The head of the log and the user's vantage in this transaction's snapshot, and its name for other transactions. */
export async function exportSnapshot(tx: Tx, { actor }: Granted<'self:use'>): Promise<z.output<typeof Row>> {
  return only(
    await tx.query(
      Row,
      `SELECT h.seq, a.vantage, pg_export_snapshot() AS snapshot
     FROM events.head h JOIN auth.v1_actors a ON a.org_id = h.org_id AND a.user_id = $2 WHERE h.org_id = $1`,
      [tx.org, actor.userId],
    ),
  )
}
