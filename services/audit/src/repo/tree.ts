import type { Frontier } from '@parley/crypto'
import { type Database, only, onOneTrip, prepared, type Tx } from '@parley/db'
import { z } from 'zod'
import type { Leaf } from '../rules/verify.ts'

const Bytes = z.instanceof(Buffer)
const TreeRow = z.object({ size: z.int(), roots: z.array(Bytes) })
const LeafRow = z.object({ index: z.int(), seq: z.int(), entry: z.string(), hash: Bytes })

/** The recorded tree; an organisation without one has the empty tree. */
export async function readTree(tx: Tx): Promise<Frontier> {
  const [row] = await tx.query(TreeRow, 'SELECT size, roots FROM audit.trees WHERE org_id = $1', [tx.org])
  return row ?? { size: 0, roots: [] }
}

/** As `readTree`, and keeps every other writer of this tree waiting until the transaction ends. */
export async function holdTree(tx: Tx): Promise<Frontier> {
  const held = prepared('SELECT size, roots FROM audit.trees WHERE org_id = $1 FOR NO KEY UPDATE')
  const [row] = await tx.query(TreeRow, held, [tx.org])
  if (row) return row
  const begun = `INSERT INTO audit.trees (org_id, size, roots) VALUES ($1, 0, '{}') ON CONFLICT (org_id) DO NOTHING`
  await tx.execute(begun, [tx.org])
  // Another writer may have begun it, and have gone on.
  return only(await tx.query(TreeRow, held, [tx.org]))
}

/** Adds leaves and records the tree that has them. */
export async function addLeaves(tx: Tx, leaves: readonly Leaf[], tree: Frontier): Promise<void> {
  await onOneTrip(
    tx.execute(
      prepared(`INSERT INTO audit.leaves (org_id, index, seq, entry, hash)
        SELECT $1, l.* FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bytea[]) AS l`),
      [
        tx.org,
        leaves.map(({ index }) => index),
        leaves.map(({ seq }) => seq),
        leaves.map(({ entry }) => entry),
        leaves.map(({ hash }) => hash),
      ],
    ),
    tx.execute(
      prepared('UPDATE audit.trees SET size = $2, roots = $3, updated_at = now() WHERE org_id = $1'),
      [tx.org, tree.size, tree.roots],
    ),
  )
}

/** Up to `count` leaves from `index` on, in order. */
export async function readLeaves(tx: Tx, index: number, count: number): Promise<Leaf[]> {
  return tx.query(
    LeafRow,
    'SELECT index, seq, entry, hash FROM audit.leaves WHERE org_id = $1 AND index >= $2 ORDER BY index LIMIT $3',
    [tx.org, index, count],
  )
}

/** Every organisation with a log. */
export async function readOrganisations(database: Database): Promise<number[]> {
  const rows = await database.once(z.object({ org: z.int() }), 'SELECT audit.v1_organisations() AS org')
  return rows.map(({ org }) => org)
}
