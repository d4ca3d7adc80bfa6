import type { Granted } from '@parley/access'
import { Playground } from '@parley/api'
import { only, type Tx } from '@parley/db'

const columns = 'playground_id AS id, name, pygments_language, url_template'

/** The organisation's playgrounds, as they came. Everybody in it is told of them. */
export const readPlaygrounds = (
  tx: Tx,
  { actor }: Granted<'organisation:change'> | Granted<'user:list'>,
): Promise<Playground[]> =>
  tx.query(Playground, `SELECT ${columns} FROM auth.playgrounds WHERE org_id = $1 ORDER BY playground_id`, [
    actor.orgId,
  ])

/** Adds a playground. @returns its id */
export async function insertPlayground(
  tx: Tx,
  _: Granted<'organisation:change'>,
  { name, pygments_language: language, url_template: template }: Omit<Playground, 'id'>,
): Promise<number> {
  const row = only(
    await tx.query(
      Playground,
      `INSERT INTO auth.playgrounds (org_id, name, pygments_language, url_template)
      VALUES ($1, $2, $3, $4) RETURNING ${columns}`,
      [tx.org, name, language, template],
    ),
  )
  return row.id
}

/** Takes a playground away. @returns false where there is none of that id */
export async function deletePlayground(
  tx: Tx,
  _: Granted<'organisation:change'>,
  id: number,
): Promise<boolean> {
  const gone = await tx.execute(
    'DELETE FROM auth.playgrounds WHERE org_id = $1 AND playground_id = $2::bigint',
    [tx.org, id],
  )
  return gone === 1
}
