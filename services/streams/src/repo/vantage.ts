import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Moved = z.object({ user_id: z.int(), role: z.int(), vantage: z.int() })
export type Moved = z.output<typeof Moved>

/** Makes these people see their organisation from elsewhere: queues from before begin anew. Before the head is taken. */
export async function raiseVantage(
  tx: Tx,
  _: Granted<'channel:change'>,
  users: readonly number[],
): Promise<Moved[]> {
  if (users.length === 0) return []
  return tx.query(Moved, 'SELECT user_id, role, vantage FROM auth.v1_raise_vantage($1, $2)', [tx.org, users])
}
