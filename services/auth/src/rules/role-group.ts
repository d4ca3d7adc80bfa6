import { type Role, systemGroupId } from '@parley/access'
import { groupMembersAdded, groupMembersRemoved, make, type NewEvent } from '@parley/events'

/** The system group that names accounts of each role directly. */
const groupOf: Readonly<Record<Role, number>> = {
  100: systemGroupId['role:owners'],
  200: systemGroupId['role:administrators'],
  300: systemGroupId['role:moderators'],
  400: systemGroupId['role:fullmembers'],
  600: systemGroupId['role:everyone'],
}

/** An active account comes into the group of its role. */
export const joinsRoleGroup = (user: number, role: Role): NewEvent =>
  make(groupMembersAdded, { group_id: groupOf[role], user_ids: [user] })

/** It leaves the group of the role that it had. */
export const leavesRoleGroup = (user: number, role: Role): NewEvent =>
  make(groupMembersRemoved, { group_id: groupOf[role], user_ids: [user] })
