import { type Role, systemGroupId } from '@parley/access'
import { groupMembersAdded, groupMembersRemoved, make, type NewEvent } from '@parley/events'

const groupOf: Readonly<Record<Role, number>> = {
  100: systemGroupId['role:owners'],
  200: systemGroupId['role:administrators'],
  300: systemGroupId['role:moderators'],
  400: systemGroupId['role:fullmembers'],
  600: systemGroupId['role:everyone'],
}

/** The system group that names accounts of a role directly. @param waits is it a member who is told to wait? */
export const roleGroup = (role: Role, waits: boolean): number =>
  waits ? systemGroupId['role:members'] : groupOf[role]

/** An active account comes into the group of its role. */
export const joinsRoleGroup = (user: number, role: Role, waits: boolean): NewEvent =>
  make(groupMembersAdded, { group_id: roleGroup(role, waits), user_ids: [user] })

/** It leaves the group of the role that it had. */
export const leavesRoleGroup = (user: number, role: Role, waited: boolean): NewEvent =>
  make(groupMembersRemoved, { group_id: roleGroup(role, waited), user_ids: [user] })
