import { removeBotStorage } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route, stale } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { holdBot, removeStorage } from '../repo/bot-storage.ts'

export default route<typeof removeBotStorage, AuthContext, OrmTx>(
  removeBotStorage,
  async ({ input, granted, tx }) => {
    if (!(await holdBot(tx, granted))) throw stale()
    const gone = await removeStorage(tx, granted, input.keys ?? null)
    if (input.keys && gone < new Set(input.keys).size) throw badRequest('Key does not exist.')
    return {}
  },
)
