import { systemGroupId, systemGroups } from '@parley/access'
import type { AccountRow } from '../repo/users.ts'

const nobody = systemGroupId['role:nobody']
const everyone = systemGroupId['role:everyone']

/** The system groups with the active accounts that each names directly. @param createdAt the organisation's, in seconds */
export const systemUserGroups = (
  accounts: readonly AccountRow[],
  createdAt: number,
): Record<string, unknown>[] =>
  systemGroups.map((group) => ({
    id: group.id,
    name: group.name,
    description: group.description,
    creator_id: null,
    date_created: createdAt,
    members: accounts.filter((a) => a.isActive && a.role === group.directRole).map((a) => a.userId),
    direct_subgroup_ids: group.subgroups,
    is_system_group: true,
    deactivated: false,
    can_add_members_group: nobody,
    can_join_group: nobody,
    can_leave_group: nobody,
    can_manage_group: nobody,
    // Mentioning whole roles is nobody's to do; of everybody there are wildcards.
    can_mention_group: group.name === 'role:everyone' ? everyone : nobody,
    can_remove_members_group: nobody,
  }))
