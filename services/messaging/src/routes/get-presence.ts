import { getPresence } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { legacyPresences, presenceSince } from '../present/presence.ts'
import { findShown, readPresenceRules } from '../repo/presence-people.ts'

export default route<typeof getPresence, Context, Tx>(getPresence, async ({ granted, actor, ctx, tx }) => {
  const now = ctx.clock.now()
  const server_timestamp = now / 1000
  const { used } = await readPresenceRules(tx, granted)
  if (!used) return { server_timestamp, presences: {} }
  const news = await ctx.presence.after(actor.orgId, -1)
  const people = await findShown(tx, granted, [...news.seen.keys()])
  return { server_timestamp, presences: legacyPresences(news, people, presenceSince(now)) }
})
