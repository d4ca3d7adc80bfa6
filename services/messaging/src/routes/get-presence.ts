import { getPresence } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { toldPresence } from '../presence/told.ts'

export default route<typeof getPresence, Context, Tx>(getPresence, async ({ granted, ctx, tx }) => {
  const told = await toldPresence(tx, granted, ctx)
  return { server_timestamp: told.at, presences: told.legacy() }
})
