import { getDrafts } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readDrafts } from '../repo/drafts.ts'

export default route<typeof getDrafts, Context, Tx>(getDrafts, async ({ granted, tx }) => {
  const drafts = await readDrafts(tx, granted)
  return { count: drafts.length, drafts }
})
