import { fetchApiKey } from '@parley/api'
import { Secret } from '@parley/core'
import { keyCreated, make } from '@parley/events'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { insertApiKey } from '../repo/credentials.ts'
import { newApiKey } from '../rules/api-key.ts'
import { signIn } from '../sign-in.ts'
import type { OrmTx } from '@parley/db'

export default route<typeof fetchApiKey, AuthContext, OrmTx>(fetchApiKey, ({ input, request, signal, ctx }) =>
  signIn(ctx, { request, signal }, input, async (tx, granted) => {
    const key = newApiKey(ctx.ids)
    const { userId } = granted.actor
    const keyId = await insertApiKey(tx, granted, new Secret(key), now(ctx.clock))
    return {
      answer: { api_key: key },
      event: make(keyCreated, { user_id: userId, key_id: keyId, method: 'password' }),
    }
  }),
)
