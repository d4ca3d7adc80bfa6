import { firstOwnGroupId, type GroupFacts, systemGroups } from '@parley/access'
import { groupId, orgId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Group = z.int().transform(groupId)
/** The columns of `auth.user_groups` that permissions over a group are in. */
export const GroupPermissionIds = z.object({
  can_add_members_group: Group,
  can_join_group: Group,
  can_leave_group: Group,
  can_manage_group: Group,
  can_mention_group: Group,
  can_remove_members_group: Group,
})
const nobody = groupId(8)

const largestId = 2_147_483_647

/** What decides about a group, those of roles included; null where the organisation has no such group. */
export async function groupFacts(tx: Tx, id: number): Promise<GroupFacts | null> {
  if (id < firstOwnGroupId) return systemGroups.some((group) => group.id === id) ? systemFacts(tx, id) : null
  if (id > largestId) return null
  const [row] = await tx.query(
    GroupPermissionIds.extend({ deactivated: z.boolean() }),
    `SELECT deactivated, can_add_members_group, can_join_group, can_leave_group, can_manage_group, can_mention_group,
       can_remove_members_group
     FROM auth.user_groups WHERE org_id = $1 AND group_id = $2 AND name IS NOT NULL`,
    [tx.org, id],
  )
  if (!row) return null
  const { deactivated, ...permissions } = row
  return { orgId: tx.org, groupId: groupId(id), system: false, deactivated, permissions }
}

const systemFacts = (tx: Tx, id: number): GroupFacts => ({
  orgId: tx.org,
  groupId: groupId(id),
  system: true,
  deactivated: false,
  permissions: {
    can_add_members_group: nobody,
    can_join_group: nobody,
    can_leave_group: nobody,
    can_manage_group: nobody,
    can_mention_group: nobody,
    can_remove_members_group: nobody,
  },
})

/** Facts of a group that no organisation has. */
export const noGroup: GroupFacts = {
  orgId: orgId(0),
  groupId: groupId(0),
  system: false,
  deactivated: false,
  permissions: {
    can_add_members_group: nobody,
    can_join_group: nobody,
    can_leave_group: nobody,
    can_manage_group: nobody,
    can_mention_group: nobody,
    can_remove_members_group: nobody,
  },
}
