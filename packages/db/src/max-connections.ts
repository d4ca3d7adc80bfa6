import { z } from 'zod'
import type { Database, Tx } from './tx.ts'

/**
 * How many connections the server takes in all.
 * @throws AppError UNAVAILABLE when the server is not there
 */
export async function maxConnections<T extends Tx>(database: Database<T>): Promise<number | null> {
  const row = z.object({ most: z.coerce.number() })
  const [found] = await database.once(row, "SELECT current_setting('max_connections') AS most")
  return found?.most ?? null
}
