import { changeDefaultGroupChannels, maxDefaultChannels } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { changeDefaultGroups, groupIn, refuseDefaults } from '../change-default-group.ts'
import type { Context } from '../context.ts'
import { addToDefaultGroup, takeFromDefaultGroup } from '../repo/default-groups.ts'

export default route<typeof changeDefaultGroupChannels, Context, Tx>(
  changeDefaultGroupChannels,
  async (handled) => {
    const { input, tx } = handled
    const { group_id: id, op, stream_names: names } = input
    const changing = await changeDefaultGroups(handled)
    const group = groupIn(changing, id)
    const channels = await changing.channels(names)
    const adds = op === 'add'
    const wrong = channels.findIndex(
      ({ object }) => group.streams.includes(object.channel.channelId) === adds,
    )
    if (wrong >= 0)
      throw badRequest(
        `Channel '${names[wrong]}' is ${adds ? 'already' : 'not'} present in default channel group '${group.name}'`,
      )
    if (adds) await refuseDefaults(tx, group.name, names, channels)
    const change = adds ? addToDefaultGroup : takeFromDefaultGroup
    const changed = await change(tx, changing.granted, id, channels)
    if (adds && group.streams.length + changed.length > maxDefaultChannels)
      throw badRequest(`Too many channels in one group (limit: ${maxDefaultChannels})`)
    if (changed.length > 0) await changing.tell()
    return {}
  },
)
