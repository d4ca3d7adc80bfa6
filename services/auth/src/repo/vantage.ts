import { type Granted, role } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

type Ends = Granted<'user:deactivate'> | Granted<'user:leave'>

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

/** The same for everybody whose sight the organisation changes by what it lets its guests see: all guests. */
export const raiseGuests = (tx: Tx, _granted: Granted<'organisation:change'>): Promise<Moved[]> =>
  tx.query(
    Moved,
    `UPDATE auth.users SET vantage = vantage + 1 WHERE org_id = $1 AND role >= $2 AND is_active
     RETURNING user_id, role, vantage`,
    [tx.org, role.guest],
  )

/**
 * The same for the guests who will see a new account because they are in channels that it comes into, where guests see
 * only whom they have met. Before the head is taken.
 */
export const raiseForNewcomer = (
  tx: Tx,
  _granted: Granted<'user:create'> | Granted<'user:join'>,
  user: number,
  channels: readonly number[],
): Promise<Moved[]> =>
  tx.query(
    Moved,
    `UPDATE auth.users SET vantage = vantage + 1
     WHERE org_id = $1 AND user_id <> $2 AND user_id IN (SELECT messaging.v1_newcomer_meets($1, $2, $3))
     RETURNING user_id, role, vantage`,
    [tx.org, user, channels],
  )

/**
 * The same for the guests who do not see an account that comes into use or out of it: they are not told, and clients go by
 * what they are told wherever people are named in place. Before the head is taken.
 */
export const raiseUnmet = (tx: Tx, granted: Ends | Granted<'user:reactivate'>): Promise<Moved[]> =>
  tx.query(
    Moved,
    `UPDATE auth.users SET vantage = vantage + 1
     WHERE org_id = $1 AND user_id IN (SELECT messaging.v1_unmet_by($1, $2))
     RETURNING user_id, role, vantage`,
    [tx.org, granted.object.userId],
  )
