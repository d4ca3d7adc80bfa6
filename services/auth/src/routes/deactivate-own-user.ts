import { nobody } from '@parley/access'
import { deactivateOwnUser } from '@parley/api'
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

export default route<typeof deactivateOwnUser, AuthContext, OrmTx>(
  deactivateOwnUser,
  {
    object: async ({ tx, actor }) => (await userFacts(tx, actor.userId)) ?? nobody,
    hidden: unknownUser,
    denied: (_, reason) => (reason === 'last-owner' ? lastOwner() : refusal(reason)),
  },
  async ({ granted, rights, tx, ctx }) => {
    const { userId } = granted.actor
    const moved = await raiseUnmet(tx, granted)
    const at = now(ctx.clock)
    const generation = await deactivate(tx, granted, at)
    const invited = await endInvitationsOf(tx, granted, at)
    const bots = await botsEnded(tx, await deactivateBotsOf(tx, granted, at), null, userId)
    const told = invited ? await invitationEvents(tx, [], []) : []
    const gone = make(userDeactivated, { user_id: userId, generation, by: userId })
    await append(tx, rights, [gone, ...bots, ...told, ...anew(moved)])
    return {}
  },
)
