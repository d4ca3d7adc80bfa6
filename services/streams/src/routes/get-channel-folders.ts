import { getFolders } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readFolders } from '../repo/folders.ts'

export default route<typeof getFolders, Context, Tx>(getFolders, async ({ input, tx, granted }) => {
  const all = await readFolders(tx, granted)
  return { channel_folders: all.filter((folder) => input.include_archived || !folder.is_archived) }
})
