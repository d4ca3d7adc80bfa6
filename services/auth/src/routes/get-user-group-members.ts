import { getUserGroupMembers } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { groupFacts } from '../facts/group.ts'
import { invalidGroup } from '../present/refusal.ts'
import { readMembers } from '../repo/group-members.ts'

export default route<typeof getUserGroupMembers, AuthContext, OrmTx>(
  getUserGroupMembers,
  async ({ input, granted, tx }) => {
    const group = await groupFacts(tx, input.user_group_id)
    if (!group) throw invalidGroup()
    return { members: await readMembers(tx, granted, group.groupId, input.direct_member_only) }
  },
)
