import { removeLogo } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { administration, removePicture } from '../change-picture.ts'
import type { Context } from '../context.ts'

export default route<typeof removeLogo, Context, Tx>(
  removeLogo,
  administration,
  async ({ input, tx, granted }) => {
    await removePicture(tx, granted, input.night ? 'night_logo' : 'logo')
    return {}
  },
)
