import type { EmojiFacts, Granted } from '@parley/access'
import type { EmojiById } from '@parley/api'
import { userId } from '@parley/core'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'
import { imageUrl } from '../present/image-url.ts'

const Row = z.object({
  id: z.int(),
  name: z.string(),
  author_id: z.int(),
  path: z.string(),
  still_path: z.string().nullable(),
  deactivated: z.boolean(),
})

/** Every emoji of the organisation, deactivated ones too, by id. Everybody in it is told of them. */
export async function readEmoji(
  tx: Tx,
  { actor }: Granted<'organisation:read'> | Granted<'emoji:add'> | Granted<'emoji:deactivate'>,
): Promise<EmojiById> {
  const rows = await tx.query(
    Row,
    `SELECT emoji_id AS id, name, author_id, path, still_path, deactivated FROM uploads.emoji
      WHERE org_id = $1 ORDER BY emoji_id`,
    [actor.orgId],
  )
  return Object.fromEntries(
    rows.map(({ id, path, still_path: still, ...row }) => [
      String(id),
      {
        ...row,
        id: String(id),
        source_url: imageUrl(tx.org, path),
        still_url: still === null ? null : imageUrl(tx.org, still),
      },
    ]),
  )
}

/** How an emoji in use is known to who decides about it; null where the organisation has none of that name. */
export async function findEmoji(tx: Tx, name: string): Promise<EmojiFacts | null> {
  const [row] = await tx.query(
    z.object({ id: z.int(), author_id: z.int() }),
    'SELECT emoji_id AS id, author_id FROM uploads.emoji WHERE org_id = $1 AND name = $2 AND NOT deactivated',
    [tx.org, name],
  )
  return row ? { orgId: tx.org, emojiId: row.id, authorId: userId(row.author_id) } : null
}

export interface NewEmoji {
  readonly name: string
  readonly path: string
  readonly stillPath: string | null
}

/** Puts an emoji into use. @returns its id */
export async function insertEmoji(
  tx: Tx,
  { actor }: Granted<'emoji:add'>,
  { name, path, stillPath }: NewEmoji,
): Promise<number> {
  const row = only(
    await tx.query(
      z.object({ id: z.int() }),
      `INSERT INTO uploads.emoji (org_id, emoji_id, name, author_id, path, still_path)
       VALUES ($1, nextval('uploads.emoji_ids'), $2, $3, $4, $5) RETURNING emoji_id AS id`,
      [tx.org, name, actor.userId, path, stillPath],
    ),
  )
  return row.id
}

/** Takes an emoji out of use. @returns whether it was in use */
export async function setDeactivated(tx: Tx, { object }: Granted<'emoji:deactivate'>): Promise<boolean> {
  const touched = await tx.execute(
    `UPDATE uploads.emoji SET deactivated = true WHERE org_id = $1 AND emoji_id = $2 AND NOT deactivated`,
    [tx.org, object.emojiId],
  )
  return touched > 0
}
