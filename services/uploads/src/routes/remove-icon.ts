import { removeIcon } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { administration, removePicture } from '../change-picture.ts'
import type { Context } from '../context.ts'

export default route<typeof removeIcon, Context, Tx>(removeIcon, administration, async ({ tx, granted }) => ({
  icon_url: await removePicture(tx, granted, 'icon'),
}))
