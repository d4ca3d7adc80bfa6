import type { Whom } from '@parley/access'
import { updateUserGroupMembers } from '@parley/api'
import { badRequest } from '@parley/core'
import { type OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import { changeGroup } from '../change-group.ts'
import type { AuthContext } from '../context.ts'
import { groupFacts, noGroup } from '../facts/group.ts'
import { groupRefusal, invalidGroup } from '../present/refusal.ts'

/** Whom a request names; groups are others. */
const whom = (own: number, people: readonly number[] = [], groups: readonly number[] = []): Whom => {
  if (people.length + groups.length === 0) return 'nobody'
  return groups.length === 0 && people.every((id) => id === own) ? 'oneself' : 'others'
}

export default route<typeof updateUserGroupMembers, AuthContext, OrmTx>(
  updateUserGroupMembers,
  {
    object: async ({ tx, input, actor }) => ({
      group: (await groupFacts(tx, input.user_group_id)) ?? noGroup,
      adds: whom(actor.userId, input.add, input.add_subgroups),
      removes: whom(actor.userId, input.delete, input.delete_subgroups),
    }),
    hidden: invalidGroup,
    denied: (_, reason) => groupRefusal(reason),
  },
  async ({ input, granted, rights, tx }) => {
    const moves = {
      add: input.add ?? [],
      remove: input.delete ?? [],
      addSubgroups: input.add_subgroups ?? [],
      removeSubgroups: input.delete_subgroups ?? [],
    }
    if (Object.values(moves).every((ids) => ids.length === 0))
      throw badRequest(
        'Nothing to do. Specify at least one of "add", "delete", "add_subgroups" or "delete_subgroups".',
      )
    await changeGroup(tx, granted, rights, moves)
    return {}
  },
)
