import type { Granted } from '@parley/access'
import { channelNameKey, FolderObject } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const columns = `folder_id AS id, name, description, rendered_description,
  extract(epoch FROM created_at)::bigint AS date_created, creator_id, archived AS is_archived, position AS "order"`

/** Every folder, archived ones too, in their order. */
export const readFolders = (
  tx: Tx,
  _granted: Granted<'channel:list'> | Granted<'folder:change'>,
): Promise<FolderObject[]> =>
  tx.query(
    FolderObject,
    `SELECT ${columns} FROM streams.folders WHERE org_id = $1 ORDER BY position, folder_id`,
    [tx.org],
  )

export interface NewFolder {
  readonly name: string
  readonly description: { readonly text: string; readonly rendered: string }
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** Makes a folder behind all others. @returns null where the name is taken in some spelling */
export async function insertFolder(
  tx: Tx,
  { actor }: Granted<'folder:change'>,
  folder: NewFolder,
): Promise<FolderObject | null> {
  const [made] = await tx.query(
    FolderObject,
    `INSERT INTO streams.folders (org_id, name, name_key, description, rendered_description, creator_id, created_at, position)
     SELECT $1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0),
       (SELECT coalesce(max(position) + 1, 0) FROM streams.folders WHERE org_id = $1)
     ON CONFLICT (org_id, name_key) WHERE NOT archived DO NOTHING RETURNING ${columns}`,
    [
      tx.org,
      folder.name,
      channelNameKey(folder.name),
      folder.description.text,
      folder.description.rendered,
      actor.userId,
      folder.at,
    ],
  )
  return made ?? null
}

/** What a folder becomes; null leaves as it is. */
export interface FolderSet {
  readonly name: string | null
  readonly description: { readonly text: string; readonly rendered: string } | null
  readonly archived: boolean | null
}

/** Changes a folder. @returns whether it did: another one in use may have the name in some spelling */
export async function setFolder(
  tx: Tx,
  _: Granted<'folder:change'>,
  id: number,
  set: FolderSet,
): Promise<boolean> {
  const rows = await tx.query(
    z.object({ id: z.int() }),
    `UPDATE streams.folders f SET
       name = coalesce($3, name), name_key = coalesce($4, name_key), description = coalesce($5, description),
       rendered_description = coalesce($6, rendered_description), archived = coalesce($7, archived)
     WHERE org_id = $1 AND folder_id = $2 AND (coalesce($7, archived) OR NOT EXISTS (
       SELECT FROM streams.folders other
       WHERE other.org_id = $1 AND other.name_key = coalesce($4, f.name_key) AND NOT other.archived
         AND other.folder_id <> $2))
     RETURNING folder_id AS id`,
    [
      tx.org,
      id,
      set.name,
      set.name === null ? null : channelNameKey(set.name),
      set.description?.text ?? null,
      set.description?.rendered ?? null,
      set.archived,
    ],
  )
  return rows.length > 0
}

/** Puts the folders in that order; all of them are named, each once. */
export async function orderFolders(
  tx: Tx,
  _: Granted<'folder:change'>,
  ids: readonly number[],
): Promise<void> {
  await tx.execute(
    `UPDATE streams.folders f SET position = wanted.place - 1
     FROM unnest($2::integer[]) WITH ORDINALITY AS wanted (id, place)
     WHERE f.org_id = $1 AND f.folder_id = wanted.id`,
    [tx.org, ids],
  )
}

const Found = z.object({ found: z.boolean() })

/** Is any channel in the folder, archived or not? */
export async function folderHasChannels(tx: Tx, _: Granted<'folder:change'>, id: number): Promise<boolean> {
  const [row] = await tx.query(
    Found,
    'SELECT EXISTS (SELECT FROM streams.channels WHERE org_id = $1 AND folder_id = $2::bigint) AS found',
    [tx.org, id],
  )
  return row?.found ?? false
}

/** Can a channel be put into the folder? */
export async function isFolder(
  tx: Tx,
  _: Granted<'channel:change'> | Granted<'channel:create'>,
  id: number,
): Promise<boolean> {
  const [row] = await tx.query(
    Found,
    `SELECT EXISTS (SELECT FROM streams.folders WHERE org_id = $1 AND folder_id = $2::bigint AND NOT archived) AS found`,
    [tx.org, id],
  )
  return row?.found ?? false
}
