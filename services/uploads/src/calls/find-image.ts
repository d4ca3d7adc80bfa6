import { findImage } from '@parley/api'
import { orgId } from '@parley/core'
import { answer } from '@parley/kit'
import type { Context } from '../context.ts'
import { firstPictures } from '../images/first-pictures.ts'
import { readPublicImage } from '../repo/images.ts'

export default answer<typeof findImage, Context>(findImage, async ({ input, ctx }) => {
  const found =
    firstPictures.get(input.path) ??
    (await ctx.database.read(orgId(input.org), (tx) => readPublicImage(tx, ctx.masterKey, input.path)))
  return found && { mediaType: found.mediaType, bytes: found.bytes.toString('base64') }
})
