import { groupPermissionSettings, type GroupPermissions, permissionSettings } from '@parley/access'
import { createUserGroup, type Input } from '@parley/api'
import { groupId } from '@parley/core'
import { type OrmTx, writeGroupSetting } from '@parley/db'
import { append, groupChanged, groupCreated, make } from '@parley/events'
import { type Handling, route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { findMembers, findSubgroups } from '../facts/named-in-group.ts'
import { groupNameTaken } from '../present/refusal.ts'
import { userGroup } from '../present/user-groups.ts'
import { insertGroup, readGroup } from '../repo/groups.ts'
import { groupDescription, groupName } from '../rules/group-name.ts'

type Creating = Handling<typeof createUserGroup, AuthContext, OrmTx>

export default route<typeof createUserGroup, AuthContext, OrmTx>(createUserGroup, async (creating) => {
  const { input, granted, rights, tx, ctx } = creating
  const name = groupName(input.name)
  const description = groupDescription(input.description)
  const members = await findMembers(tx, input.members)
  const subgroups = await findSubgroups(tx, input.subgroups ?? [])
  const permissions = await permissionsOf(creating)
  const group = { name, description, permissions, createdAt: now(ctx.clock), members, subgroups }
  const made = await insertGroup(tx, granted, group)
  if (!made) throw groupNameTaken(name)
  await append(tx, rights, [
    make(groupChanged, {
      group_id: made.groupId,
      did: 'created',
      added: [...members, ...subgroups],
      removed: [],
      permissions: { ...permissions },
      by: granted.actor.userId,
    }),
    make(groupCreated, { group: await userGroup(tx, await readGroup(tx, made)) }),
  ])
  return { group_id: made.groupId }
})

/** Whom the permissions over a new group are given to: as asked, else its creator where that is the default. */
async function permissionsOf({ input, actor, tx }: Creating): Promise<GroupPermissions> {
  const own = { direct_members: [actor.userId], direct_subgroups: [] }
  const asked: Partial<Input<typeof createUserGroup>> = input
  const nobody = groupId(8)
  const permissions = {
    can_add_members_group: nobody,
    can_join_group: nobody,
    can_leave_group: groupId(2),
    can_manage_group: nobody,
    can_mention_group: groupId(2),
    can_remove_members_group: nobody,
  }
  for (const name of groupPermissionSettings) {
    const setting = permissionSettings.group[name]
    const value = asked[name] ?? (setting.default_group_name === 'group_creator' ? own : null)
    if (value !== null) permissions[name] = await writeGroupSetting(tx, name, setting, value)
  }
  return permissions
}
