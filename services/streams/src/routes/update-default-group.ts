import { updateDefaultGroup } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { changeDefaultGroups, groupIn } from '../change-default-group.ts'
import type { Context } from '../context.ts'
import { setDefaultGroup } from '../repo/default-groups.ts'
import { defaultGroupDescription, defaultGroupName, defaultGroupTaken } from '../rules/default-group.ts'

export default route<typeof updateDefaultGroup, Context, Tx>(updateDefaultGroup, async (handled) => {
  const { input, tx } = handled
  const { group_id: id, new_group_name, new_description } = input
  if (new_group_name === undefined && new_description === undefined)
    throw badRequest('You must pass "new_description" or "new_group_name".')
  const name = new_group_name === undefined ? null : defaultGroupName(new_group_name)
  const description = new_description === undefined ? null : defaultGroupDescription(new_description)
  const changing = await changeDefaultGroups(handled)
  const before = groupIn(changing, id)
  if (!(await setDefaultGroup(tx, changing.granted, id, { name, description }))) throw defaultGroupTaken()
  if (before.name !== (name ?? before.name) || before.description !== (description ?? before.description))
    await changing.tell()
  return {}
})
