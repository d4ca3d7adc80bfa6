import { type OrgId, orgId } from '@parley/core'
import { type Database, only, type Tx } from '@parley/db'
import { z } from 'zod'

/** Every organisation in use, ascending. */
export async function organisationsInUse(database: Pick<Database, 'once'>): Promise<OrgId[]> {
  const rows = await database.once(
    z.object({ id: z.int() }),
    'SELECT org_id AS id FROM auth.organisations WHERE NOT deactivated ORDER BY org_id',
  )
  return rows.map(({ id }) => orgId(id))
}

/**
 * Deletes values of settings that no setting has used for that long, `most` at once, and writes down which are not used any more.
 * @param now milliseconds since the Unix epoch @param keepMs how long a value stays that is not used
 * @returns how many are gone
 */
export async function sweepValues(tx: Tx, now: number, keepMs: number, most: number): Promise<number> {
  const row = only(
    await tx.query(
      z.object({ gone: z.int() }),
      `SELECT auth.v1_sweep_values($1, to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0), $4) AS gone`,
      [tx.org, now, now - keepMs, most],
    ),
  )
  return row.gone
}
