import { regenerateApiKey } from '@parley/api'
import { badRequest, Secret } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, keyRegenerated, make } from '@parley/events'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { endApiKeys, insertApiKey } from '../repo/credentials.ts'
import { raiseGeneration } from '../repo/users.ts'
import { newApiKey } from '../rules/api-key.ts'

export default route<typeof regenerateApiKey, AuthContext, OrmTx>(
  regenerateApiKey,
  async ({ principal, granted, rights, tx, ctx }) => {
    // A session alone must not turn into a key that outlives it.
    if (!principal.credential.startsWith('key:')) throw badRequest('The current API key is required')
    const { userId } = granted.actor
    const key = newApiKey(ctx.ids)
    const at = now(ctx.clock)
    const generation = await raiseGeneration(tx, granted)
    await endApiKeys(tx, granted, at)
    const keyId = await insertApiKey(tx, granted, new Secret(key), at)
    const regenerated = { user_id: userId, key_id: keyId, generation, by: userId }
    await append(tx, rights, [make(keyRegenerated, regenerated)])
    return { api_key: key }
  },
)
