import { nobody } from '@parley/access'
import { maxBotsOfPerson, reactivateUser } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, groupMembersAdded, make, userReactivated } from '@parley/events'
import { route } from '@parley/kit'
import { botTold } from '../bot-events.ts'
import type { AuthContext } from '../context.ts'
import { backInLists } from '../facts/back-in-lists.ts'
import { countBots } from '../facts/bots.ts'
import { groupsNaming } from '../facts/named-in-group.ts'
import { userFacts } from '../facts/user.ts'
import { botRefusal, unknownUser } from '../present/refusal.ts'
import { reactivate } from '../repo/users.ts'
import { raiseUnmet } from '../repo/vantage.ts'
import { joinsRoleGroup } from '../rules/role-group.ts'
import { anew } from '../sight.ts'

export default route<typeof reactivateUser, AuthContext, OrmTx>(
  reactivateUser,
  {
    object: async ({ tx, input }) => (await userFacts(tx, input.user_id)) ?? nobody,
    hidden: unknownUser,
    denied: (_, reason) =>
      reason === 'recipient-inactive'
        ? badRequest('The owner of this bot is deactivated.')
        : botRefusal(reason),
  },
  async ({ granted, rights, tx }) => {
    const { userId, role, isActive, bot } = granted.object
    if (isActive) return {}
    if (bot && (await countBots(tx, bot.owner.userId)).own >= maxBotsOfPerson)
      throw badRequest('Too many bots.')
    const moved = await raiseUnmet(tx, granted)
    const { vantage, waits } = await reactivate(tx, granted)
    await append(tx, rights, [
      make(userReactivated, { user_id: userId, role, vantage, by: granted.actor.userId }),
      joinsRoleGroup(userId, role, waits),
      ...(await backInLists(tx, userId)),
      ...(await groupsNaming(tx, userId)).map((group_id) =>
        make(groupMembersAdded, { group_id, user_ids: [userId] }),
      ),
      ...(bot
        ? await botTold(tx, bot.owner.userId, { op: 'update', bot: { user_id: userId, is_active: true } })
        : []),
      ...anew(moved),
    ])
    return {}
  },
)
