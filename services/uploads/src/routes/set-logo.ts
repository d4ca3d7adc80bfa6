import { setLogo } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { administration, setPicture } from '../change-picture.ts'
import type { Context } from '../context.ts'

export default route<typeof setLogo, Context, Tx>(setLogo, administration, async (handling) => {
  const { input, ctx } = handling
  await setPicture(ctx, handling, input.night ? 'night_logo' : 'logo', input.image)
  return {}
})
