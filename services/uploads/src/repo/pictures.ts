import type { Granted } from '@parley/access'
import { type PictureKind, pictureKinds } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ kind: z.enum(pictureKinds), path: z.string() })
/** The paths of the pictures that an organisation has of its own. */
export type Pictures = ReadonlyMap<PictureKind, string>

/** The organisation's pictures of itself, which whoever comes to sign in is shown. */
export async function readPictures(tx: Tx): Promise<Pictures> {
  const rows = await tx.query(Row, 'SELECT kind, path FROM uploads.pictures WHERE org_id = $1', [tx.org])
  return new Map(rows.map(({ kind, path }) => [kind, path]))
}

/** Gives the organisation the picture at that path. */
export async function insertPicture(
  tx: Tx,
  _: Granted<'organisation:change'>,
  kind: PictureKind,
  path: string,
): Promise<void> {
  await tx.execute('INSERT INTO uploads.pictures (org_id, kind, path) VALUES ($1, $2, $3)', [
    tx.org,
    kind,
    path,
  ])
}

/** Takes a picture away, and its image with it. @returns whether there was one */
export async function deletePicture(
  tx: Tx,
  _: Granted<'organisation:change'>,
  kind: PictureKind,
): Promise<boolean> {
  const [gone] = await tx.query(
    Row,
    'DELETE FROM uploads.pictures WHERE org_id = $1 AND kind = $2 RETURNING kind, path',
    [tx.org, kind],
  )
  if (!gone) return false
  await tx.execute('DELETE FROM uploads.images WHERE org_id = $1 AND path = $2', [tx.org, gone.path])
  return true
}
