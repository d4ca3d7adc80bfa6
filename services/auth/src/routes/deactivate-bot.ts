import { nobody } from '@parley/access'
import { deactivateBot } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { append } from '@parley/events'
import { route } from '@parley/kit'
import { botsEnded } from '../bot-events.ts'
import { type AuthContext, now } from '../context.ts'
import { userFacts } from '../facts/user.ts'
import { botRefusal, unknownBot } from '../present/refusal.ts'
import { deactivateBot as endBot } from '../repo/bots.ts'

export default route<typeof deactivateBot, AuthContext, OrmTx>(
  deactivateBot,
  {
    object: async ({ tx, input }) => (await userFacts(tx, input.bot_id)) ?? nobody,
    hidden: unknownBot,
    denied: (_, reason) => botRefusal(reason),
  },
  async ({ granted, rights, tx, ctx }) => {
    const { actor, object } = granted
    const ended = await endBot(tx, granted, now(ctx.clock))
    // Twice is once: nothing is left to take away.
    if (ended.length === 0) return {}
    const owner = object.bot?.owner.isActive ? object.bot.owner.userId : null
    await append(tx, rights, await botsEnded(tx, ended, owner, actor.userId))
    return {}
  },
)
