import {
  type GroupPermissionSetting,
  groupPermissionSettings,
  type Role,
  systemGroupId,
  systemGroups,
} from '@parley/access'
import type { UserGroupObject } from '@parley/api'
import { only, readGroupSettings, type Tx } from '@parley/db'
import type { GroupRow } from '../repo/groups.ts'
import type { ListedRow } from '../repo/users.ts'
import { roleGroup } from '../rules/role-group.ts'

const nobody = systemGroupId['role:nobody']
const everyone = systemGroupId['role:everyone']
type Listed = Pick<ListedRow, 'userId' | 'role' | 'isActive' | 'waitingUntil'>

/** The system groups with the active accounts that each names directly. @param createdAt the organisation's, in seconds */
export function systemUserGroups(accounts: readonly Listed[], createdAt: number): UserGroupObject[] {
  const members = Map.groupBy(
    accounts.filter((account) => account.isActive),
    names,
  )
  return systemGroups.map((group) => ({
    id: group.id,
    name: group.name,
    description: group.description,
    creator_id: null,
    date_created: createdAt,
    members: (members.get(group.id) ?? []).map((account) => account.userId),
    direct_subgroup_ids: [...group.subgroups],
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
}

// Roles come out of the database as numbers, which it checks.
const names = ({ role, waitingUntil }: Listed): number => roleGroup(role as Role, waitingUntil !== null)

type Permissions = Pick<UserGroupObject, GroupPermissionSetting>

/** Groups that people made as clients see them, their permissions written out. */
export async function userGroups(tx: Tx, rows: readonly GroupRow[]): Promise<UserGroupObject[]> {
  const given = rows.flatMap((row) => groupPermissionSettings.map((name) => row[name]))
  const valueOf = await readGroupSettings(tx, given)
  const value = (row: GroupRow, name: GroupPermissionSetting): Permissions[GroupPermissionSetting] => {
    const shown = valueOf(row[name])
    return typeof shown === 'number'
      ? shown
      : { direct_members: [...shown.direct_members], direct_subgroups: [...shown.direct_subgroups] }
  }
  return rows.map((row) => ({
    id: row.group_id,
    name: row.name,
    description: row.description,
    creator_id: row.creator_id,
    date_created: row.created_at,
    members: row.members,
    direct_subgroup_ids: row.subgroups,
    is_system_group: false,
    deactivated: row.deactivated,
    can_add_members_group: value(row, 'can_add_members_group'),
    can_join_group: value(row, 'can_join_group'),
    can_leave_group: value(row, 'can_leave_group'),
    can_manage_group: value(row, 'can_manage_group'),
    can_mention_group: value(row, 'can_mention_group'),
    can_remove_members_group: value(row, 'can_remove_members_group'),
  }))
}

/** One of them. */
export async function userGroup(tx: Tx, row: GroupRow): Promise<UserGroupObject> {
  return only(await userGroups(tx, [row]))
}
