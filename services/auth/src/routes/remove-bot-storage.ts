import { removeBotStorage } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { holdBot, removeStorage } from '../repo/bot-storage.ts'

export default route<typeof removeBotStorage, AuthContext, OrmTx>(
  removeBotStorage,
  async ({ input, granted, tx }) => {
    if (!(await holdBot(tx, granted)))
      throw new AppError('UNAUTHORIZED', 'Invalid API key', { data: { stale: true } })
    const gone = await removeStorage(tx, granted, input.keys ?? null)
    if (input.keys && gone < new Set(input.keys).size) throw badRequest('Key does not exist.')
    return {}
  },
)
