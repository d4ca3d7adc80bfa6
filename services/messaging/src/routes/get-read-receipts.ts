import { getReadReceipts } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readMessageSettings } from '../facts/message-settings.ts'
import { oneMessage } from '../facts/readable-message.ts'
import { readReceipts } from '../repo/receipts.ts'

export default route<typeof getReadReceipts, Context, Tx>(
  getReadReceipts,
  oneMessage,
  async ({ granted, tx, ctx }) => {
    const { readReceiptsShown } = await readMessageSettings(tx)
    if (!readReceiptsShown) throw badRequest('Read receipts are disabled in this organization.')
    const read = () => readReceipts(tx, granted)
    return { user_ids: await ctx.receipts.run(tx, granted.actor, read) }
  },
)
