import { nobody } from '@parley/access'
import { reactivateUser } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { append, groupMembersAdded, make, userReactivated } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { backInLists } from '../facts/back-in-lists.ts'
import { groupsNaming } from '../facts/named-in-group.ts'
import { userFacts } from '../facts/user.ts'
import { refusal, unknownUser } from '../present/refusal.ts'
import { reactivate } from '../repo/users.ts'
import { raiseUnmet } from '../repo/vantage.ts'
import { joinsRoleGroup } from '../rules/role-group.ts'
import { anew, turnForSight } from '../sight.ts'

export default route<typeof reactivateUser, AuthContext, OrmTx>(
  reactivateUser,
  {
    object: async ({ tx, input }) => (await userFacts(tx, input.user_id)) ?? nobody,
    hidden: unknownUser,
    denied: (_, reason) => refusal(reason),
  },
  async ({ granted, rights, tx }) => {
    const { userId, role, isActive } = granted.object
    if (isActive) return {}
    await turnForSight(tx, granted.actor)
    const moved = await raiseUnmet(tx, granted)
    const { vantage, waits } = await reactivate(tx, granted)
    await append(tx, rights, [
      make(userReactivated, { user_id: userId, role, vantage, by: granted.actor.userId }),
      joinsRoleGroup(userId, role, waits),
      ...(await backInLists(tx, userId)),
      ...(await groupsNaming(tx, userId)).map((group_id) =>
        make(groupMembersAdded, { group_id, user_ids: [userId] }),
      ),
      ...anew(moved),
    ])
    return {}
  },
)
