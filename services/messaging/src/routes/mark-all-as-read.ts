import { markAllAsRead } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { markUnreadOf } from '../edits/mark-read.ts'

export default route<typeof markAllAsRead, Context, Tx>(markAllAsRead, async ({ granted, rights, tx }) => ({
  complete: await markUnreadOf(tx, granted, rights, []),
}))
