import { removeDefaultGroup } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { changeDefaultGroups, groupIn } from '../change-default-group.ts'
import type { Context } from '../context.ts'
import { deleteDefaultGroup } from '../repo/default-groups.ts'

export default route<typeof removeDefaultGroup, Context, Tx>(removeDefaultGroup, async (handled) => {
  const changing = await changeDefaultGroups(handled)
  const { id } = groupIn(changing, handled.input.group_id)
  await deleteDefaultGroup(handled.tx, changing.granted, id)
  await changing.tell()
  return {}
})
