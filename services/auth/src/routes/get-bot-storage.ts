import { getBotStorage } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { readStorage } from '../repo/bot-storage.ts'

export default route<typeof getBotStorage, AuthContext, OrmTx>(
  getBotStorage,
  async ({ input, granted, tx }) => {
    const entries = await readStorage(tx, granted, input.keys ?? null)
    if (input.keys && entries.length < new Set(input.keys).size) throw badRequest('Key does not exist.')
    return { storage: Object.fromEntries(entries.map(({ key, value }) => [key, value])) }
  },
)
