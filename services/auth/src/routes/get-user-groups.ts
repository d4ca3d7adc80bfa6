import { getUserGroups } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { systemUserGroups, userGroups } from '../present/user-groups.ts'
import { listGroups } from '../repo/groups.ts'
import { readOrganisation } from '../repo/organisations.ts'
import { listRoles } from '../repo/users.ts'

export default route<typeof getUserGroups, AuthContext, OrmTx>(
  getUserGroups,
  async ({ input, granted, tx }) => {
    const organisation = await readOrganisation(tx)
    const createdAt = Math.floor((organisation?.created_at.getTime() ?? 0) / 1000)
    const own = await userGroups(tx, await listGroups(tx, granted, input.include_deactivated_groups))
    return { user_groups: [...systemUserGroups(await listRoles(tx, granted), createdAt), ...own] }
  },
)
