import { z } from 'zod'

/** Who a permission is given to: one group, or people and groups named in place (Zulip API: group-setting value). */
export const GroupSettingValue = z.union([
  z.int(),
  z.object({ direct_members: z.array(z.int()), direct_subgroups: z.array(z.int()) }),
])

/** The permissions over a group (Zulip API: user-group permission settings). */
export const GroupPermissionValues = z.object({
  can_add_members_group: GroupSettingValue,
  can_join_group: GroupSettingValue,
  can_leave_group: GroupSettingValue,
  can_manage_group: GroupSettingValue,
  can_mention_group: GroupSettingValue,
  can_remove_members_group: GroupSettingValue,
})

/** A group as clients see it. `members`: active people that it names itself. */
export const UserGroupObject = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string(),
    creator_id: z.int().nullable(),
    /** Unix seconds. */
    date_created: z.int().nullable(),
    members: z.array(z.int()),
    direct_subgroup_ids: z.array(z.int()),
    is_system_group: z.boolean(),
    deactivated: z.boolean(),
  })
  .extend(GroupPermissionValues.shape)
export type UserGroupObject = z.output<typeof UserGroupObject>
