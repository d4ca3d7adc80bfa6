import { updatePresence } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { nothing } from '../presence/store.ts'
import { legacyPresences, presenceSince, slimPresences } from '../present/presence.ts'
import { findShown, readPresenceRules } from '../repo/presence-people.ts'

export default route<typeof updatePresence, Context, Tx>(
  updatePresence,
  async ({ input, granted, actor, ctx, tx }) => {
    if (actor.isBot) throw badRequest('This endpoint does not accept bot requests.')
    const { used, shown } = await readPresenceRules(tx, granted)
    if (used && shown) await ctx.presence.note(actor.orgId, actor.userId, input.status === 'active')
    if (input.ping_only) return {}
    const { last_update_id: since, history_limit_days: days } = input
    const now = ctx.clock.now()
    const news = used ? await ctx.presence.after(actor.orgId, since ?? -1) : nothing
    const people = news.seen.size === 0 ? [] : await findShown(tx, granted, [...news.seen.keys()])
    const slim = input.slim_presence || since !== undefined
    return {
      // Where nothing is known, the client asks again for what it lacks now.
      presence_last_update_id: news.last === -1 ? (since ?? -1) : news.last,
      server_timestamp: now / 1000,
      presences: (slim ? slimPresences : legacyPresences)(news, people, presenceSince(now, days)),
    }
  },
)
