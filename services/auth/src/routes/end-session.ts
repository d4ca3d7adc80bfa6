import { endSession } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, make, sessionEnded } from '@parley/events'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { endSession as end } from '../repo/credentials.ts'
import { raiseGeneration } from '../repo/users.ts'

export default route<typeof endSession, AuthContext, OrmTx>(
  endSession,
  async ({ principal, granted, rights, tx, ctx }) => {
    const session = /^session:(\d{1,15})$/.exec(principal.credential)?.[1]
    if (session === undefined) throw badRequest('Not a session')
    const { userId } = granted.actor
    if (!(await end(tx, granted, Number(session), now(ctx.clock)))) return {}
    const generation = await raiseGeneration(tx, granted)
    const ended = { user_id: userId, session_id: Number(session), generation, by: userId }
    await append(tx, rights, [make(sessionEnded, ended)])
    return {}
  },
)
