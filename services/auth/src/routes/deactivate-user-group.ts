import { deactivateUserGroup } from '@parley/api'
import { AppError } from '@parley/core'
import { type OrmTx } from '@parley/db'
import { append, groupChanged, groupDeactivated, make } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { groupFacts, noGroup } from '../facts/group.ts'
import { objectionsTo } from '../facts/group-references.ts'
import { groupRefusal, invalidGroup } from '../present/refusal.ts'
import { deactivateGroup } from '../repo/groups.ts'

export default route<typeof deactivateUserGroup, AuthContext, OrmTx>(
  deactivateUserGroup,
  {
    object: async ({ tx, input }) => (await groupFacts(tx, input.user_group_id)) ?? noGroup,
    hidden: invalidGroup,
    denied: (_, reason) => groupRefusal(reason),
  },
  async ({ granted, rights, tx }) => {
    const objections = await objectionsTo(tx, granted.actor, granted.object)
    if (objections)
      throw new AppError('CANNOT_DEACTIVATE_GROUP_IN_USE', 'Cannot deactivate user group in use.', {
        data: { objections },
      })
    await deactivateGroup(tx, granted)
    const group_id = granted.object.groupId
    const by = granted.actor.userId
    await append(tx, rights, [
      make(groupChanged, { group_id, did: 'deactivated', added: [], removed: [], permissions: {}, by }),
      make(groupDeactivated, { group_id }),
    ])
    return {}
  },
)
