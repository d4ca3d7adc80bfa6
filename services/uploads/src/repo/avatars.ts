import type { Granted } from '@parley/access'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'
import type { Picture } from '../images/images.ts'
import { insertImage, type Keeping } from './images.ts'

/** Are pictures of people for administrators to change? */
export async function avatarsFixed(tx: Tx): Promise<boolean> {
  const rows = await tx.query(
    z.object({ org_id: z.int() }),
    'SELECT org_id FROM auth.v1_avatars_fixed WHERE org_id = $1',
    [tx.org],
  )
  return rows.length > 0
}

/** Has the account that acts a picture that it was given? */
export async function hasAvatar(tx: Tx, { actor }: Granted<'self:depict'>): Promise<boolean> {
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    'SELECT user_id FROM uploads.avatars WHERE org_id = $1 AND user_id = $2',
    [tx.org, actor.userId],
  )
  return rows.length > 0
}

/** The number of the account's picture as it is. */
export async function avatarVersion(tx: Tx, { actor }: Granted<'self:depict'>): Promise<number> {
  return versionOf(
    tx,
    'SELECT version FROM auth.v1_avatar_versions WHERE org_id = $1 AND user_id = $2',
    actor.userId,
  )
}

/** The number of the account's next picture; who asks for one waits until whoever asked before is done. */
export async function nextAvatar(tx: Tx, { actor }: Granted<'self:depict'>): Promise<number> {
  return versionOf(tx, 'SELECT version FROM auth.v1_next_avatar($1, $2) AS version', actor.userId)
}

async function versionOf(tx: Tx, sql: string, user: number): Promise<number> {
  return only(await tx.query(z.object({ version: z.int() }), sql, [tx.org, user])).version
}

/** Gives the account that acts a picture, in both sizes, for who has none. */
export async function insertAvatar(
  tx: Tx,
  granted: Granted<'self:depict'>,
  keeping: Keeping,
  { picture, medium }: { readonly picture: Picture; readonly medium: Picture },
): Promise<void> {
  const paths = [
    await insertImage(tx, granted, keeping, 'avatars', picture),
    await insertImage(tx, granted, keeping, 'avatars/medium', medium),
  ]
  await tx.execute(
    'INSERT INTO uploads.avatars (org_id, user_id, path, medium_path) VALUES ($1, $2, $3, $4)',
    [tx.org, granted.actor.userId, ...paths],
  )
}

/** Takes the picture of the account that acts away, where it has one, and the images with it. */
export async function deleteAvatar(tx: Tx, { actor }: Granted<'self:depict'>): Promise<void> {
  const gone = await tx.query(
    z.object({ path: z.string(), medium_path: z.string() }),
    'DELETE FROM uploads.avatars WHERE org_id = $1 AND user_id = $2 RETURNING path, medium_path',
    [tx.org, actor.userId],
  )
  for (const { path, medium_path: medium } of gone)
    await tx.execute('DELETE FROM uploads.images WHERE org_id = $1 AND path = ANY ($2::text[])', [
      tx.org,
      [path, medium],
    ])
}
