import { getUserStatus } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { unknownUser } from '../facts/person.ts'
import { readStatus } from '../repo/statuses.ts'

export default route<typeof getUserStatus, Context, Tx>(getUserStatus, async ({ input, granted, tx }) => {
  const status = await readStatus(tx, granted, input.user_id)
  if (!status) throw unknownUser()
  return { status }
})
