import { groupPermissionSettings, permissionSettings } from '@parley/access'
import { updateUserGroup } from '@parley/api'
import { badRequest } from '@parley/core'
import { changeGroupSetting, type OrmTx } from '@parley/db'
import { append, groupChanged, groupUpdated, make } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { groupFacts, noGroup } from '../facts/group.ts'
import { groupNameTaken, groupRefusal, invalidGroup } from '../present/refusal.ts'
import { userGroup } from '../present/user-groups.ts'
import { readGroup, updateGroup } from '../repo/groups.ts'
import { groupDescription, groupName } from '../rules/group-name.ts'

export default route<typeof updateUserGroup, AuthContext, OrmTx>(
  updateUserGroup,
  {
    object: async ({ tx, input }) => (await groupFacts(tx, input.user_group_id)) ?? noGroup,
    hidden: invalidGroup,
    denied: (_, reason) => groupRefusal(reason),
  },
  async ({ input, granted, rights, tx }) => {
    const asked = groupPermissionSettings.filter((name) => input[name] !== undefined)
    if (input.name === undefined && input.description === undefined && asked.length === 0)
      throw badRequest('No new data supplied')
    const before = await userGroup(tx, await readGroup(tx, granted))
    const permissions = { ...granted.object.permissions }
    for (const name of asked) {
      const change = input[name]
      const setting = permissionSettings.group[name]
      if (change) permissions[name] = await changeGroupSetting(tx, name, setting, permissions[name], change)
    }
    const name = input.name === undefined ? before.name : groupName(input.name)
    const description =
      input.description === undefined ? before.description : groupDescription(input.description)
    if (!(await updateGroup(tx, granted, { name, description, permissions }))) throw groupNameTaken(name)
    const after = await userGroup(tx, await readGroup(tx, granted))
    const changed = (['name', 'description', ...asked] as const).filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
    )
    // Nothing was changed: a success without an event.
    if (changed.length === 0) return {}
    const group_id = granted.object.groupId
    await append(tx, rights, [
      make(groupChanged, {
        group_id,
        did: 'edited',
        added: [],
        removed: [],
        permissions: Object.fromEntries(
          asked.filter((key) => changed.includes(key)).map((key) => [key, permissions[key]]),
        ),
        by: granted.actor.userId,
      }),
      make(groupUpdated, { group_id, data: Object.fromEntries(changed.map((key) => [key, after[key]])) }),
    ])
    return {}
  },
)
