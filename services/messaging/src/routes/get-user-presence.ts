import { getUserPresence } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { unknownUser } from '../facts/person.ts'
import { legacyPresence, presenceSince } from '../present/presence.ts'
import { findNamed, readPresenceUsed } from '../repo/presence-people.ts'

export default route<typeof getUserPresence, Context, Tx>(
  getUserPresence,
  async ({ input, granted, actor, ctx, tx }) => {
    const named = input.user_id_or_email
    const person = await findNamed(tx, granted, /^\d{1,15}$/.test(named) ? Number(named) : named)
    if (!person) throw unknownUser()
    if (person.is_bot) throw badRequest('Presence is not supported for bot users.')
    const used = await readPresenceUsed(tx, granted)
    const since = presenceSince(ctx.clock.now())
    const seen = used && person.shown ? await ctx.presence.of(actor.orgId, person.user_id) : null
    if (!seen || seen.there < since) throw badRequest('No presence data for this user')
    const told = Object.entries(legacyPresence(seen))
    return {
      presence: Object.fromEntries(
        told.map(([client, { status, timestamp }]) => [client, { status, timestamp }]),
      ),
    }
  },
)
