import { setIcon } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { administration, setPicture } from '../change-picture.ts'
import type { Context } from '../context.ts'

export default route<typeof setIcon, Context, Tx>(setIcon, administration, async (handling) => ({
  icon_url: await setPicture(handling.ctx, handling, 'icon', handling.input.image),
}))
