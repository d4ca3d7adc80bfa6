import { type Actor, listRules, seesEverybody, type SightAtom } from '@parley/access'
import { z } from 'zod'
import { predicateSql } from './predicate-sql.ts'
import type { Tx } from './tx.ts'

/** Whom an account sees, by id; null for everybody. */
export type Sight = ReadonlySet<number> | null

/** Is this one of those? */
export const sees = (sight: Sight, user: number): boolean => sight?.has(user) ?? true

type Looking = Pick<Actor, 'role' | 'realmGroups'>

/**
 * The rule `user:see` as SQL over rows of `auth.v1_actors` or `auth.v1_people`; the organisation is $1.
 * @param rows what the row is called; `viewer`: the parameter with the viewer's id
 */
export const sightSql = (actor: Looking, rows: string, viewer: string): string =>
  sightBy(actor, rows, viewer, `${rows}.user_id IN (SELECT messaging.v1_met($1, ${viewer}))`)

/** The same over a row or two: each is asked about by itself, without everybody whom the viewer has met. */
export const sightOfOneSql = (actor: Looking, row: string, viewer: string): string =>
  sightBy(actor, row, viewer, `messaging.v1_has_met($1, ${viewer}, ${row}.user_id)`)

const sightBy = (actor: Looking, rows: string, viewer: string, met: string): string =>
  predicateSql<SightAtom>(listRules['user:see'], {
    everybody: String(seesEverybody(actor)),
    self: `${rows}.user_id = ${viewer}`,
    bot: `${rows}.is_bot`,
    met,
  })

/** Whom the actor sees at this moment, the organisation's own bot among them. @throws AppError UNAVAILABLE when the server is not there */
export async function readSight(
  tx: Tx,
  actor: Pick<Actor, 'userId' | 'role' | 'realmGroups'>,
): Promise<Sight> {
  if (seesEverybody(actor)) return null
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    `SELECT a.user_id FROM auth.v1_actors a WHERE a.org_id = $1 AND ${sightSql(actor, 'a', '$2')}
     UNION ALL SELECT user_id FROM auth.v1_system_bots WHERE org_id = $1`,
    [tx.org, actor.userId],
  )
  return new Set(rows.map((row) => row.user_id))
}
