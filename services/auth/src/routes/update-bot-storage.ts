import { maxStoredBytes, maxStoredEntries, updateBotStorage } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route, stale } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { holdBot, writeStorage } from '../repo/bot-storage.ts'

export default route<typeof updateBotStorage, AuthContext, OrmTx>(
  updateBotStorage,
  async ({ input, granted, tx }) => {
    if (!(await holdBot(tx, granted))) throw stale()
    const kept = await writeStorage(tx, granted, input.storage)
    if (kept.bytes > maxStoredBytes || kept.entries > maxStoredEntries)
      throw badRequest(
        `Request exceeds storage limit of ${maxStoredBytes} bytes in ${maxStoredEntries} entries.`,
      )
    return {}
  },
)
