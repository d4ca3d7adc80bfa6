import { authorize, type Granted, type Reason } from '@parley/access'
import { avatarUrl } from '@parley/api'
import { type AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, avatarChanged, make } from '@parley/events'
import { type AskedBy, commitAsked } from '@parley/kit'
import type { Context } from './context.ts'
import {
  avatarsFixed,
  avatarVersion,
  deleteAvatar,
  hasAvatar,
  insertAvatar,
  nextAvatar,
} from './repo/avatars.ts'

export const avatarsDisabled = (): AppError => badRequest('Avatar changes are disabled in this organization.')

/** Why somebody may not change their picture. */
export const avatarRefusal = (reason: Reason): AppError =>
  reason === 'people-only' ? badRequest('This endpoint does not accept bot requests.') : avatarsDisabled()

/**
 * Gives the account that acts another picture, and tells everybody who sees it.
 * @returns where it is
 * @throws AppError BAD_REQUEST for what is no image, and for who may not
 */
export async function setAvatar(
  ctx: Context,
  asked: AskedBy,
  given: Uint8Array | undefined,
): Promise<string> {
  if (given === undefined) throw badRequest('You must upload exactly one avatar.')
  const pictures = await ctx.images.avatar(asked.principal, given)
  // Decoding took its time: the organisation may have settled it otherwise meanwhile.
  return commitAsked(ctx, asked, async (tx, { actor, rights }) => {
    const verdict = authorize('self:depict', actor, { disabled: await avatarsFixed(tx) }, rights)
    if (!verdict.ok) throw avatarRefusal(verdict.reason)
    const { granted } = verdict
    const version = await nextAvatar(tx, granted)
    await deleteAvatar(tx, granted)
    await insertAvatar(tx, granted, ctx, pictures)
    return tell(tx, granted, version, true)
  })
}

/** Takes the picture of the account that acts away, and tells where there was one. @returns where its picture is now */
export async function removeAvatar(tx: Tx, granted: Granted<'self:depict'>): Promise<string> {
  if (!(await hasAvatar(tx, granted)))
    return avatarUrl(granted.actor.userId, await avatarVersion(tx, granted))
  const version = await nextAvatar(tx, granted)
  await deleteAvatar(tx, granted)
  return tell(tx, granted, version, false)
}

async function tell(
  tx: Tx,
  { actor, rights }: Granted<'self:depict'>,
  version: number,
  uploaded: boolean,
): Promise<string> {
  const { userId } = actor
  await append(tx, rights, [make(avatarChanged, { user_id: userId, version, uploaded, by: userId })])
  return avatarUrl(userId, version)
}
