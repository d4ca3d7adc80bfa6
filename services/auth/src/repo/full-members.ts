import type { Granted } from '@parley/access'
import { type OrgId, orgId } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { z } from 'zod'

const Settled = z.object({
  user_id: z.int(),
  role: z.int(),
  vantage: z.int(),
  /** What the log said of it before, and says from now on: is it a member who waits? */
  waited: z.boolean(),
  waits: z.boolean(),
  /** Was its vantage raised? */
  moved: z.boolean(),
})
export type Settled = z.output<typeof Settled>

/** Organisations where the time of members has come, of whom the log still says that they wait. */
export async function organisationsWithFull(database: Pick<Database, 'once'>): Promise<OrgId[]> {
  const Id = z.object({ id: z.int() })
  const rows = await database.once(Id, 'SELECT id FROM auth.organisations_with_full() AS id')
  return rows.map(({ id }) => orgId(id))
}

// What one round tells of is one event for the groups, and ends the queues of so many people at once.
const mostAtOnce = 100

/**
 * Writes down whose time has come, of some of those whom nobody else is writing it down for. They see their organisation
 * from elsewhere: queues from before begin anew.
 */
export function settleFull(tx: Tx): Promise<Settled[]> {
  return tx.query(
    Settled,
    `WITH full_now AS MATERIALIZED (
       SELECT user_id FROM auth.users
       WHERE org_id = $1 AND waiting_until IS NOT NULL AND is_active AND waiting_until <= now()
       ORDER BY waiting_until LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
     UPDATE auth.users u SET waiting_until = NULL, vantage = u.vantage + 1
     FROM full_now f WHERE u.org_id = $1 AND u.user_id = f.user_id
     RETURNING u.user_id, u.role, u.vantage, true AS waited, false AS waits, true AS moved`,
    [tx.org, mostAtOnce],
  )
}

/** The same for everybody whom another waiting period, already written, makes a full member or one no more. */
export function settleWaiting(tx: Tx, granted: Granted<'organisation:change'>): Promise<Settled[]> {
  return tx.query(
    Settled,
    // By the moment at which nobody else is under way: whoever became a full one while this waited for its turn is one.
    `WITH at AS MATERIALIZED (SELECT auth.v1_waiting_period($1) AS period, clock_timestamp() AS now),
     settled AS MATERIALIZED (
       SELECT u.user_id, p.now, u.waiting_until AS was, CASE
           WHEN p.period > interval '0' AND u.date_joined + p.period > p.now THEN u.date_joined + p.period
         END AS until
       FROM at p CROSS JOIN auth.users u
       WHERE u.org_id = $1 AND u.role = 400 AND u.is_active
       ORDER BY u.user_id FOR NO KEY UPDATE OF u),
     moving AS (
       -- Whose time had come without the log saying so had the right too.
       SELECT s.*, (s.was IS NULL) <> (s.until IS NULL) OR (s.was <= s.now AND s.until IS NOT NULL) AS moved
       FROM settled s WHERE s.was IS DISTINCT FROM s.until)
     UPDATE auth.users u SET waiting_until = m.until, vantage = u.vantage + m.moved::integer
     FROM moving m WHERE u.org_id = $1 AND u.user_id = m.user_id
     RETURNING u.user_id, u.role, u.vantage, m.was IS NOT NULL AS waited, m.until IS NOT NULL AS waits, m.moved`,
    [granted.actor.orgId],
  )
}
