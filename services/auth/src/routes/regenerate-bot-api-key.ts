import { nobody } from '@parley/access'
import { regenerateBotApiKey } from '@parley/api'
import { badRequest, Secret } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, keyRegenerated, make } from '@parley/events'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { userFacts } from '../facts/user.ts'
import { botRefusal, unknownBot } from '../present/refusal.ts'
import { endBotKeys, insertBotKey } from '../repo/bots.ts'
import { newApiKey } from '../rules/api-key.ts'

export default route<typeof regenerateBotApiKey, AuthContext, OrmTx>(
  regenerateBotApiKey,
  {
    object: async ({ tx, input }) => (await userFacts(tx, input.bot_id)) ?? nobody,
    hidden: unknownBot,
    denied: (_, reason) => botRefusal(reason),
  },
  async ({ granted, rights, tx, ctx }) => {
    const { actor, object } = granted
    if (!object.isActive) throw badRequest('Account is deactivated')
    const createdAt = now(ctx.clock)
    const key = newApiKey(ctx.ids)
    const generation = await endBotKeys(tx, granted, createdAt)
    const keyId = await insertBotKey(tx, granted, { bot: object.userId, key: new Secret(key), createdAt })
    const by = actor.userId
    await append(tx, rights, [
      make(keyRegenerated, { user_id: object.userId, key_id: keyId, generation, by }),
    ])
    return { api_key: key }
  },
)
