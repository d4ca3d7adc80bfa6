import { updatePresence } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { toldPresence } from '../presence/told.ts'
import { standing, turned } from '../present/presence.ts'
import { findShown, readPresenceUsed, tellsOfTurns } from '../repo/presence-people.ts'

export default route<typeof updatePresence, Context, Tx>(
  updatePresence,
  async ({ input, granted, actor, ctx, tx }) => {
    const used = await readPresenceUsed(tx, granted)
    const [shown] = used ? await findShown(tx, granted, [actor.userId]) : []
    const noted = shown && (await ctx.presence.note(actor.orgId, actor.userId, input.status === 'active'))
    if (noted && turned(noted) && (await tellsOfTurns(tx, granted)))
      ctx.turns.tell(actor.orgId, { ...shown, ...noted.now, ...standing(noted.now) })
    if (input.ping_only) return {}
    const { last_update_id: after, history_limit_days: days } = input
    const told = await toldPresence(tx, granted, ctx, { after, days })
    return {
      // Where nothing is known, the client asks again for what it lacks now.
      presence_last_update_id: told.last === -1 ? (after ?? -1) : told.last,
      server_timestamp: told.at,
      presences: input.slim_presence || after !== undefined ? told.slim() : told.legacy(),
    }
  },
)
