import type { Granted } from '@parley/access'
import { SavedSnippet } from '@parley/api'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

const columns = 'snippet_id AS id, title, content, extract(epoch FROM created_at)::bigint AS date_created'

/** The actor's snippets, the newest last. */
export const readSnippets = (
  tx: Tx,
  { actor }: Granted<'self:use'> | Granted<'message:list'>,
): Promise<SavedSnippet[]> =>
  tx.query(
    SavedSnippet,
    `SELECT ${columns} FROM messaging.snippets WHERE org_id = $1 AND user_id = $2 ORDER BY snippet_id`,
    [tx.org, actor.userId],
  )

/** Keeps a snippet of the actor's. @param at seconds since the Unix epoch */
export async function insertSnippet(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  { title, content }: { readonly title: string; readonly content: string },
  at: number,
): Promise<SavedSnippet> {
  return only(
    await tx.query(
      SavedSnippet,
      `INSERT INTO messaging.snippets (org_id, user_id, title, content, created_at)
      VALUES ($1, $2, $3, $4, to_timestamp($5)) RETURNING ${columns}`,
      [tx.org, actor.userId, title, content, at],
    ),
  )
}

/** Changes what is given of a snippet of the actor's; null where there is none of that id. */
export async function changeSnippet(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  id: number,
  { title, content }: { readonly title?: string | undefined; readonly content?: string | undefined },
): Promise<SavedSnippet | null> {
  const [kept] = await tx.query(
    SavedSnippet,
    `UPDATE messaging.snippets SET title = coalesce($4, title), content = coalesce($5, content)
      WHERE org_id = $1 AND user_id = $2 AND snippet_id = $3 RETURNING ${columns}`,
    [tx.org, actor.userId, Math.min(id, 2_147_483_647), title ?? null, content ?? null],
  )
  return kept ?? null
}

/** Throws a snippet of the actor's away. @returns false where there is none of that id */
export async function removeSnippet(tx: Tx, { actor }: Granted<'self:use'>, id: number): Promise<boolean> {
  const gone = await tx.execute(
    'DELETE FROM messaging.snippets WHERE org_id = $1 AND user_id = $2 AND snippet_id = $3',
    [tx.org, actor.userId, Math.min(id, 2_147_483_647)],
  )
  return gone === 1
}

/** How many snippets the actor has. */
export async function countSnippets(tx: Tx, { actor }: Granted<'self:use'>): Promise<number> {
  const [row] = await tx.query(
    z.object({ count: z.int() }),
    'SELECT count(*)::integer AS count FROM messaging.snippets WHERE org_id = $1 AND user_id = $2',
    [tx.org, actor.userId],
  )
  return row?.count ?? 0
}
