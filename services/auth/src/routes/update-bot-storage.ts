import { maxStoredBytes, maxStoredEntries, updateBotStorage } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { holdBot, writeStorage } from '../repo/bot-storage.ts'

export default route<typeof updateBotStorage, AuthContext, OrmTx>(
  updateBotStorage,
  async ({ input, granted, tx }) => {
    if (!(await holdBot(tx, granted))) throw ended()
    const kept = await writeStorage(tx, granted, input.storage)
    if (kept.bytes > maxStoredBytes || kept.entries > maxStoredEntries)
      throw badRequest(
        `Request exceeds storage limit of ${maxStoredBytes} bytes in ${maxStoredEntries} entries.`,
      )
    return {}
  },
)

const ended = (): AppError => new AppError('UNAUTHORIZED', 'Invalid API key', { data: { stale: true } })
