import { createSession } from '@parley/api'
import { Secret } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { make, sessionCreated } from '@parley/events'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { insertSession } from '../repo/credentials.ts'
import { newSessionToken, sessionLifeMs } from '../rules/session-token.ts'
import { signIn } from '../sign-in.ts'

export default route<typeof createSession, AuthContext, OrmTx>(
  createSession,
  ({ input, request, signal, ctx }) =>
    signIn(ctx, { request, signal }, input, async (tx, granted) => {
      const token = newSessionToken(ctx.ids)
      const createdAt = now(ctx.clock)
      const expiresAt = new Date(createdAt.getTime() + sessionLifeMs)
      const id = await insertSession(tx, granted, { token: new Secret(token), createdAt, expiresAt })
      return {
        answer: { session_token: token, expires_at: Math.floor(expiresAt.getTime() / 1000) },
        event: make(sessionCreated, { user_id: granted.actor.userId, session_id: id, method: 'password' }),
      }
    }),
)
