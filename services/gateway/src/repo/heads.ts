import type { Database } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ org_id: z.int(), seq: z.int() })

/** The heads of several organisations' logs. */
export async function readHeads(
  database: Database,
  orgs: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await database.once(Row, 'SELECT org_id, seq FROM gateway.heads($1)', [orgs])
  return new Map(rows.map((row) => [row.org_id, row.seq]))
}
