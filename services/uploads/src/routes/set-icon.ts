import { setIcon } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { administration, setPicture } from '../change-picture.ts'
import type { Context } from '../context.ts'

export default route<typeof setIcon, Context, Tx>(setIcon, administration, async ({ input, actor, ctx }) => ({
  icon_url: await setPicture(ctx, actor, 'icon', input.image),
}))
