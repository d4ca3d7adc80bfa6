import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Moved = z.object({ user_id: z.int(), role: z.int(), vantage: z.int() })
export type Moved = z.output<typeof Moved>

/** Makes these people see their organisation from elsewhere: queues from before begin anew. */
export async function raiseVantage(
  tx: Tx,
  _granted: Granted<'group:edit'> | Granted<'group:change-members'>,
  users: readonly number[],
): Promise<Moved[]> {
  if (users.length === 0) return []
  return tx.query(
    Moved,
    `UPDATE auth.users SET vantage = vantage + 1 WHERE org_id = $1 AND user_id = ANY ($2)
     RETURNING user_id, role, vantage`,
    [tx.org, users],
  )
}
