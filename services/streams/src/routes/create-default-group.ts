import { createDefaultGroup, maxDefaultGroups } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { changeDefaultGroups, refuseDefaults } from '../change-default-group.ts'
import type { Context } from '../context.ts'
import { addToDefaultGroup, insertDefaultGroup } from '../repo/default-groups.ts'
import { defaultGroupDescription, defaultGroupName, defaultGroupTaken } from '../rules/default-group.ts'

export default route<typeof createDefaultGroup, Context, Tx>(createDefaultGroup, async (handled) => {
  const { input, tx } = handled
  const name = defaultGroupName(input.group_name)
  const description = defaultGroupDescription(input.description)
  const changing = await changeDefaultGroups(handled)
  const { granted, groups } = changing
  if (groups.length >= maxDefaultGroups)
    throw badRequest(`Too many default channel groups (limit: ${maxDefaultGroups})`)
  const channels = await changing.channels(input.stream_names)
  await refuseDefaults(tx, name, input.stream_names, channels)
  const id = await insertDefaultGroup(tx, granted, { name, description })
  if (id === null) throw defaultGroupTaken()
  await addToDefaultGroup(tx, granted, id, channels)
  await changing.tell()
  return {}
})
