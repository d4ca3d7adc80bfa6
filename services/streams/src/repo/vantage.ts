import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { Made } from './channels.ts'

type Leave = Granted<'channel:unsubscribe'>
type Come = Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made

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

/** Who comes into which channels or leaves them, or is in one as it goes out of use or comes back. */
export interface Meeting {
  readonly channels: readonly number[]
  readonly users: readonly number[]
}

/**
 * The same for the guests who come to see others than before by it, where guests see only whom they have met. Before the
 * head is taken, in the organisation's turn.
 */
export async function raiseSight(
  tx: Tx,
  _: Granted<'channel:change'> | Leave | Come,
  { channels, users }: Meeting,
): Promise<Moved[]> {
  if (channels.length === 0 || users.length === 0) return []
  return tx.query(
    Moved,
    `SELECT user_id, role, vantage FROM auth.v1_raise_vantage($1,
       ARRAY(SELECT messaging.v1_sight_moved($1, $2::integer[], $3::integer[]) ORDER BY 1))`,
    [tx.org, channels, users],
  )
}
