import { updateUserGroupSubgroups } from '@parley/api'
import { badRequest } from '@parley/core'
import { type OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import { changeGroup } from '../change-group.ts'
import type { AuthContext } from '../context.ts'
import { groupFacts, noGroup } from '../facts/group.ts'
import { groupRefusal, invalidGroup } from '../present/refusal.ts'

export default route<typeof updateUserGroupSubgroups, AuthContext, OrmTx>(
  updateUserGroupSubgroups,
  {
    object: async ({ tx, input }) => (await groupFacts(tx, input.user_group_id)) ?? noGroup,
    hidden: invalidGroup,
    denied: (_, reason) => groupRefusal(reason),
  },
  async ({ input, granted, rights, tx }) => {
    const addSubgroups = input.add ?? []
    const removeSubgroups = input.delete ?? []
    if (addSubgroups.length + removeSubgroups.length === 0)
      throw badRequest('Nothing to do. Specify at least one of "add" or "delete".')
    await changeGroup(tx, granted, rights, { add: [], remove: [], addSubgroups, removeSubgroups })
    return {}
  },
)
