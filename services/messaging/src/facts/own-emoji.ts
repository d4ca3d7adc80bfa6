import type { Database, Tx } from '@parley/db'
import type { OrgId } from '@parley/core'
import { z } from 'zod'
import type { GivenEmoji, OwnEmoji } from '../rules/emoji.ts'

const Own = z.object({ id: z.int(), name: z.string(), deactivated: z.boolean() })

/** Of the organisation's own emoji those that may be meant: in use and of that name, or of that id. */
export async function readOwnEmoji(tx: Tx, { name, code, type }: GivenEmoji): Promise<readonly OwnEmoji[]> {
  // Who gives all of it and means none of them is most of those who ask.
  if (code !== undefined && type !== undefined && type !== 'realm_emoji') return []
  const id = code !== undefined && /^[1-9][0-9]{0,8}$/.test(code) ? Number(code) : null
  const rows = await tx.query(
    Own,
    `SELECT emoji_id AS id, name, deactivated FROM uploads.v1_emoji
      WHERE org_id = $1 AND (emoji_id = $2 OR (name = $3 AND NOT deactivated))`,
    [tx.org, id, name ?? null],
  )
  return rows.map(({ id: emoji, ...row }) => ({ ...row, code: String(emoji) }))
}

/** Where the images of emoji in use are, by name: within a transaction, or by a statement of its own. */
export async function readEmojiImages(
  { once }: Pick<Database, 'once'>,
  org: OrgId,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map()
  const rows = await once(
    z.object({ name: z.string(), source_url: z.string() }),
    'SELECT name, source_url FROM messaging.emoji_images($1, $2)',
    [org, names],
  )
  return new Map(rows.map(({ name, source_url: url }) => [name, url]))
}
