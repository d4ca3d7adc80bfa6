import type { Granted } from '@parley/access'
import { sightSql, type Tx } from '@parley/db'
import { z } from 'zod'

const Shown = z.object({ user_id: z.int(), email: z.string() })
export type Shown = z.infer<typeof Shown>

const shown = `p.org_id = $1 AND p.is_active AND NOT p.is_bot AND NOT EXISTS (
    SELECT FROM auth.v1_presence_hidden h WHERE h.org_id = $1 AND h.user_id = p.user_id)`

/** Of some accounts, the people whose presence is shown to the actor. */
export const findShown = (
  tx: Tx,
  { actor }: Granted<'self:be-there'> | Granted<'user:list'> | Granted<'message:list'>,
  users: readonly number[],
): Promise<Shown[]> =>
  tx.query(
    Shown,
    `SELECT p.user_id, p.email FROM auth.v1_people p WHERE ${shown} AND p.user_id = ANY ($2::integer[])
      AND ${sightSql(actor, 'p', '$3')} ORDER BY p.user_id`,
    [actor.orgId, users, actor.userId],
  )

/** Of some people, those who show now when they are there. */
export async function readStillShown(tx: Tx, users: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    `SELECT p.user_id FROM auth.v1_people p WHERE ${shown} AND p.user_id = ANY ($2::integer[])`,
    [tx.org, users],
  )
  return new Set(rows.map(({ user_id: user }) => user))
}

/** Is presence used in the organisation? */
export async function readPresenceUsed(
  tx: Tx,
  { actor }: Granted<'self:be-there'> | Granted<'user:list'> | Granted<'message:list'>,
): Promise<boolean> {
  const rows = await tx.query(
    z.object({ org_id: z.int() }),
    `SELECT org_id FROM auth.v1_settings WHERE org_id = $1 AND settings @> '{"presence_disabled": true}'`,
    [actor.orgId],
  )
  return rows.length === 0
}

/** In larger organisations changes are not told one by one: clients ask every minute (Zulip API: presence events). */
const mostTold = 100

/** Has the organisation few enough people in use to tell each of them when somebody comes or goes idle? */
export async function tellsOfTurns(tx: Tx, { actor }: Granted<'self:be-there'>): Promise<boolean> {
  const people = await tx.query(
    z.object({ user_id: z.int() }),
    'SELECT user_id FROM auth.v1_actors WHERE org_id = $1 AND is_active AND NOT is_bot LIMIT $2',
    [actor.orgId, mostTold + 1],
  )
  return people.length <= mostTold
}

/** Has the actor show when they are there, or not any more. @returns whether that is news */
export async function showPresence(
  tx: Tx,
  { actor }: Granted<'self:set'>,
  isShown: boolean,
): Promise<boolean> {
  const [row] = await tx.query(
    z.object({ changed: z.boolean() }),
    'SELECT auth.v1_show_presence($1, $2, $3) AS changed',
    [actor.orgId, actor.userId, isShown],
  )
  return row?.changed === true
}

const Named = z.object({ user_id: z.int(), is_bot: z.boolean(), shown: z.boolean() })

/** An account in use by its id or the e-mail that others see; null where there is none that the actor sees. */
export async function findNamed(
  tx: Tx,
  { actor }: Granted<'user:list'>,
  named: number | string,
): Promise<z.infer<typeof Named> | null> {
  const [row] = await tx.query(
    Named,
    `SELECT p.user_id, p.is_bot, ${shown} AS shown FROM auth.v1_people p
      WHERE p.org_id = $1 AND p.is_active AND ${sightSql(actor, 'p', '$3')}
        AND ${typeof named === 'number' ? 'p.user_id = $2::bigint' : 'p.shown_key = $2::text'}`,
    [actor.orgId, typeof named === 'number' ? named : named.toLowerCase(), actor.userId],
  )
  return row ?? null
}
