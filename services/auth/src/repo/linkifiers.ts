import type { Granted } from '@parley/access'
import { Linkifier } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Kept = z.object({ linkifiers: z.array(Linkifier) })

/** The organisation's linkifiers, in their order. Everybody in it is told of them. */
export async function readLinkifiers(
  tx: Tx,
  { actor }: Granted<'organisation:read'> | Granted<'organisation:change'> | Granted<'user:list'>,
): Promise<Linkifier[]> {
  const [row] = await tx.query(Kept, 'SELECT linkifiers FROM auth.linkifiers WHERE org_id = $1', [
    actor.orgId,
  ])
  return row?.linkifiers ?? []
}

/** An id for a linkifier that comes; no other ever had it. */
export async function drawLinkifierId(tx: Tx): Promise<number> {
  const [row] = await tx.query(
    z.object({ id: z.int() }),
    "SELECT nextval('auth.linkifier_ids')::integer AS id",
    [],
  )
  if (!row) throw new Error('no linkifier id was drawn')
  return row.id
}

/** Gives the organisation these linkifiers. Behind the head, so that versions rise in the order of commits. */
export async function writeLinkifiers(
  tx: Tx,
  _: Granted<'organisation:change'>,
  linkifiers: readonly Linkifier[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO auth.linkifiers AS l (org_id, version, linkifiers) VALUES ($1, 1, $2)
      ON CONFLICT (org_id) DO UPDATE SET version = l.version + 1, linkifiers = excluded.linkifiers`,
    [tx.org, JSON.stringify(linkifiers)],
  )
}
