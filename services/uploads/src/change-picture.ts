import { authorize, type Granted } from '@parley/access'
import type { PictureKind } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, make, pictureChanged, pictureSet } from '@parley/events'
import { type AskedBy, commitAsked } from '@parley/kit'
import type { Context } from './context.ts'
import { shownPicture } from './present/picture.ts'
import { insertImage } from './repo/images.ts'
import { deletePicture, insertPicture, readPictures } from './repo/pictures.ts'

const notAdmin = (): AppError =>
  new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization administrator')

/** What administrators set about the organisation. */
export const administration = {
  object: async (): Promise<{ readonly ownersOnly: boolean }> => ({ ownersOnly: false }),
  hidden: notAdmin,
  denied: notAdmin,
}

/**
 * Gives the organisation another picture of itself, and tells everybody.
 * @returns where it is
 * @throws AppError BAD_REQUEST for what is no image
 */
export async function setPicture(
  ctx: Context,
  asked: AskedBy,
  kind: PictureKind,
  given: Uint8Array | undefined,
): Promise<string> {
  if (given === undefined) throw badRequest('You must upload exactly one file.')
  const picture = await ctx.images[kind === 'icon' ? 'icon' : 'logo'](asked.principal, given)
  // Decoding took its time: who asks may be no administrator any more.
  return commitAsked(ctx, asked, async (tx, { actor, rights }) => {
    const verdict = authorize('organisation:change', actor, { ownersOnly: false }, rights)
    if (!verdict.ok) throw notAdmin()
    await hold(tx, rights)
    await deletePicture(tx, verdict.granted, kind)
    const path = await insertImage(tx, verdict.granted, ctx, 'realm', picture)
    await insertPicture(tx, verdict.granted, kind, path)
    return tell(tx, verdict.granted, kind, 'set')
  })
}

/** Takes a picture of the organisation away, and tells everybody where there was one. @returns what it has now */
export async function removePicture(
  tx: Tx,
  granted: Granted<'organisation:change'>,
  kind: PictureKind,
): Promise<string> {
  await hold(tx, granted.rights)
  if (await deletePicture(tx, granted, kind)) return tell(tx, granted, kind, 'remove')
  return shownPicture(tx.org, await readPictures(tx), kind).url
}

async function tell(
  tx: Tx,
  { actor, rights }: Granted<'organisation:change'>,
  kind: PictureKind,
  op: 'set' | 'remove',
): Promise<string> {
  const shown = shownPicture(tx.org, await readPictures(tx), kind)
  const act = make(pictureChanged, { kind, op, by: actor.userId })
  await append(tx, rights, [act, make(pictureSet, { kind, ...shown })])
  return shown.url
}
