import { authorize, type Granted } from '@parley/access'
import { maxImageBytes, maxImageMib, prepareAvatar } from '@parley/api'
import { badRequest, orgId, type UserId, userId } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { answer } from '@parley/kit'
import type { Context } from '../context.ts'
import type { Picture } from '../images/images.ts'
import { sealImage } from '../repo/images.ts'

export default answer<typeof prepareAvatar, Context>(prepareAvatar, async ({ input, ctx }) => {
  const org = orgId(input.org)
  const asks = (tx: Tx): Promise<Granted<'bot:list'> | null> => whoHasBots(tx, userId(input.user))
  if (!(await ctx.database.read(org, asks))) return null
  const bytes = Buffer.from(input.file, 'base64')
  if (bytes.length > maxImageBytes)
    throw badRequest(`Uploaded file is larger than the allowed limit of ${maxImageMib} MiB`)
  const { picture, medium } = await ctx.images.avatar(input, bytes)
  return ctx.database.write(org, async (tx) => {
    const granted = await asks(tx)
    if (!granted) return null
    const sealed = async (folder: 'avatars' | 'avatars/medium', image: Picture) => {
      const made = await sealImage(tx, granted, ctx, folder, image)
      return { path: made.path, sealed: Buffer.from(made.sealed).toString('base64') }
    }
    return { picture: await sealed('avatars', picture), medium: await sealed('avatars/medium', medium) }
  })
})

/** Only bots get pictures by operations of other services, and only from who may have bots; which of them, those decide. */
async function whoHasBots(tx: Tx, user: UserId): Promise<Granted<'bot:list'> | null> {
  const { actor, rights } = await readActor(tx, user)
  const verdict = actor && authorize('bot:list', actor, null, rights)
  return verdict?.ok ? verdict.granted : null
}
