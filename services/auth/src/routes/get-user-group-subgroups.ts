import { getUserGroupSubgroups } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { groupFacts } from '../facts/group.ts'
import { invalidGroup } from '../present/refusal.ts'
import { readSubgroups } from '../repo/group-members.ts'
import { nestedSystemGroups, withNested } from '../rules/nested-groups.ts'

export default route<typeof getUserGroupSubgroups, AuthContext, OrmTx>(
  getUserGroupSubgroups,
  async ({ input, granted, tx }) => {
    const group = await groupFacts(tx, input.user_group_id)
    if (!group) throw invalidGroup()
    const direct = input.direct_subgroup_only
    if (group.system) return { subgroups: nestedSystemGroups(group.groupId, direct) }
    const own = await readSubgroups(tx, granted, [group.groupId], direct)
    return { subgroups: direct ? own : withNested(own) }
  },
)
