import { getIcon } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { shownPicture } from '../present/picture.ts'
import { readPictures } from '../repo/pictures.ts'

export default route<typeof getIcon, Context, Tx>(getIcon, async ({ tx }) => ({
  url: shownPicture(tx.org, await readPictures(tx), 'icon').url,
}))
