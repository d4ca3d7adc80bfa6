import { letsSpectators } from '@parley/api'
import { orgId } from '@parley/core'
import { readSpectator } from '@parley/db'
import { answer } from '@parley/kit'
import type { AuthContext } from '../context.ts'

export default answer<typeof letsSpectators, AuthContext>(letsSpectators, ({ input, ctx }) =>
  ctx.database.read(orgId(input.org), async (tx) => {
    const { letIn } = await readSpectator(tx, ctx.webPublic)
    return { letIn }
  }),
)
