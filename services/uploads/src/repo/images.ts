import type { Granted } from '@parley/access'
import type { Ids } from '@parley/core'
import { type Key, seal, unseal } from '@parley/crypto'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { identiconAt, isOfId } from '../images/identicon.ts'
import type { Picture } from '../images/images.ts'
import { Bytes, organisationKey, unwrapKey } from './keys.ts'

const about = (org: number, path: string): string => `image ${path} of organisation ${org}`
const endings = { 'image/png': 'png', 'image/webp': 'webp' } as const

type Folder = 'emoji/images' | 'emoji/images/still' | 'realm' | 'avatars' | 'avatars/medium'

/** What keeping an image takes. */
export interface Keeping {
  readonly masterKey: Key
  readonly ids: Ids
}

/**
 * Keeps an image, encrypted, under an address that nobody guesses.
 * @param folder what comes before its name
 * @returns its path below the organisation's images
 */
export async function insertImage(
  tx: Tx,
  granted: Granted<'emoji:add'> | Granted<'organisation:change'> | Granted<'self:depict'>,
  keeping: Keeping,
  folder: Folder,
  picture: Picture,
): Promise<string> {
  const { path, sealed } = await sealImage(tx, granted, keeping, folder, picture)
  await tx.execute('INSERT INTO uploads.images (org_id, path, media_type, sealed) VALUES ($1, $2, $3, $4)', [
    tx.org,
    path,
    picture.mediaType,
    sealed,
  ])
  return path
}

/** Seals an image for an address that nobody guesses, where others are to keep it. */
export async function sealImage(
  tx: Tx,
  granted:
    | Granted<'emoji:add'>
    | Granted<'organisation:change'>
    | Granted<'self:depict'>
    | Granted<'bot:list'>,
  keeping: Keeping,
  folder: Folder,
  { mediaType, bytes }: Picture,
): Promise<{ readonly path: string; readonly sealed: Uint8Array }> {
  const { ids } = keeping
  const path = `${folder}/${ids.bytes(16).toString('hex')}.${endings[mediaType]}`
  const key = await organisationKey(tx, granted, keeping)
  return { path, sealed: seal(key, bytes, about(tx.org, path), ids.bytes(12)) }
}

const Kept = z.object({ mediaType: z.enum(['image/png', 'image/webp']), sealed: Bytes, wrapped: Bytes })

/** The image at a path: whoever has its address may have it, while the organisation is in use. Null where there is none. */
export async function readPublicImage(tx: Tx, masterKey: Key, path: string): Promise<Picture | null> {
  if (isOfId(path)) {
    const inUse = await tx.query(
      z.object({ org_id: z.int() }),
      'SELECT org_id FROM auth.v1_organisation WHERE org_id = $1 AND NOT deactivated',
      [tx.org],
    )
    return inUse.length > 0 ? identiconAt(path) : null
  }
  const [kept] = await tx.query(
    Kept,
    `SELECT i.media_type AS "mediaType", i.sealed, k.wrapped
       FROM uploads.images i JOIN uploads.keys k USING (org_id)
       JOIN auth.v1_organisation o USING (org_id) WHERE i.org_id = $1 AND i.path = $2 AND NOT o.deactivated`,
    [tx.org, path],
  )
  if (!kept) return null
  const key = unwrapKey(masterKey, tx.org, kept.wrapped)
  return { mediaType: kept.mediaType, bytes: unseal(key, kept.sealed, about(tx.org, path)) }
}
