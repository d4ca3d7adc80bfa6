import type { Database } from '@parley/db'
import { z } from 'zod'

/** Does the database answer? @throws AppError UNAVAILABLE where it does not */
export async function askDatabase(database: Database): Promise<void> {
  await database.once(z.object({ one: z.int() }), 'SELECT 1 AS one')
}
