import { getLogo } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { shownPicture } from '../present/picture.ts'
import { readPictures } from '../repo/pictures.ts'

export default route<typeof getLogo, Context, Tx>(getLogo, async ({ input, tx }) => ({
  url: shownPicture(tx.org, await readPictures(tx), input.night ? 'night_logo' : 'logo').url,
}))
