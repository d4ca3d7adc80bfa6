import { getIsUserGroupMember } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { groupFacts } from '../facts/group.ts'
import { userFacts } from '../facts/user.ts'
import { invalidGroup, unknownUser } from '../present/refusal.ts'
import { readMembers } from '../repo/group-members.ts'

export default route<typeof getIsUserGroupMember, AuthContext, OrmTx>(
  getIsUserGroupMember,
  async ({ input, granted, tx }) => {
    const group = await groupFacts(tx, input.user_group_id)
    if (!group) throw invalidGroup()
    const user = await userFacts(tx, input.user_id)
    if (!user) throw unknownUser()
    const members = await readMembers(tx, granted, group.groupId, input.direct_member_only)
    return { is_user_group_member: members.includes(user.userId) }
  },
)
