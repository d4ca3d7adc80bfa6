import { updateStatus } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { setStatus } from '../set-status.ts'

export default route<typeof updateStatus, Context, Tx>(updateStatus, ({ input, granted, rights, tx }) =>
  setStatus(tx, granted, rights, input),
)
