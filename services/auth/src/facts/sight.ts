import { type Actor, seesEverybody, type SightFacts } from '@parley/access'
import { orgId, userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** Has the actor met this one? Looked up only for who does not see everybody; false elsewhere. */
export async function hasMet(tx: Tx, actor: Actor, other: number): Promise<boolean> {
  if (seesEverybody(actor)) return false
  const [row] = await tx.query(
    z.object({ met: z.boolean() }),
    'SELECT messaging.v1_has_met($1, $2, $3) AS met',
    [tx.org, actor.userId, other],
  )
  return row?.met ?? false
}

const Row = z.object({ org_id: z.int(), user_id: z.int(), is_bot: z.boolean() })

/** What decides whether the actor sees an account; null where the organisation has no such account. */
export async function sightFacts(tx: Tx, actor: Actor, other: number): Promise<SightFacts | null> {
  const [row] = await tx.query(
    Row,
    'SELECT org_id, user_id, is_bot FROM auth.users WHERE org_id = $1 AND user_id = $2::bigint',
    [tx.org, other],
  )
  if (!row) return null
  const met = await hasMet(tx, actor, row.user_id)
  return { orgId: orgId(row.org_id), userId: userId(row.user_id), isBot: row.is_bot, met }
}
