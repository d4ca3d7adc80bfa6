import { nobody } from '@parley/access'
import { deactivateUser } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { append, make, userDeactivated } from '@parley/events'
import { route } from '@parley/kit'
import { botsEnded } from '../bot-events.ts'
import { type AuthContext, now } from '../context.ts'
import { userFacts } from '../facts/user.ts'
import { invitationEvents } from '../invitation-events.ts'
import { lastOwner, refusal, unknownUser } from '../present/refusal.ts'
import { deactivateBotsOf } from '../repo/bots.ts'
import { endInvitationsOf } from '../repo/invitations.ts'
import { deactivate } from '../repo/users.ts'
import { raiseUnmet } from '../repo/vantage.ts'
import { anew } from '../sight.ts'

export default route<typeof deactivateUser, AuthContext, OrmTx>(
  deactivateUser,
  {
    // Somebody who is not there is left to the rule, so that who may not ask learns nothing.
    object: async ({ tx, input }) => (await userFacts(tx, input.user_id)) ?? nobody,
    hidden: unknownUser,
    denied: (_, reason) => (reason === 'last-owner' ? lastOwner() : refusal(reason)),
  },
  async ({ granted, rights, tx, ctx }) => {
    // Twice is once: nothing is left to take away.
    if (!granted.object.isActive) return {}
    const moved = await raiseUnmet(tx, granted)
    const at = now(ctx.clock)
    const generation = await deactivate(tx, granted, at)
    const invited = await endInvitationsOf(tx, granted, at)
    const bots = await botsEnded(tx, await deactivateBotsOf(tx, granted, at), null, granted.actor.userId)
    const told = invited ? await invitationEvents(tx, [], []) : []
    const gone = { user_id: granted.object.userId, generation, by: granted.actor.userId }
    await append(tx, rights, [make(userDeactivated, gone), ...bots, ...told, ...anew(moved)])
    return {}
  },
)
