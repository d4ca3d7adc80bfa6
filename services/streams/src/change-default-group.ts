import { authorize, type Granted } from '@parley/access'
import { channelNameKey, type DefaultGroupObject } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, defaultGroupsChanged, make } from '@parley/events'
import { channelFactsByName } from './facts/channel-facts.ts'
import { readDefaultGroups } from './repo/default-groups.ts'
import { readDefaults } from './repo/change-channel.ts'
import { noDefaultGroup } from './rules/default-group.ts'
import { unknownName } from './rules/unknown-channel.ts'

interface Asking {
  readonly tx: Tx
  readonly granted: Granted<'default-group:change'>
}

/** A change of groups of default channels under way. */
export interface Changing {
  readonly granted: Granted<'default-group:change'>
  /** Before the change. */
  readonly groups: readonly DefaultGroupObject[]
  /** Channels by name, as the groups may hold them: public ones. @throws AppError BAD_REQUEST for any other */
  channels(names: readonly string[]): Promise<Granted<'channel:change'>[]>
  /** Tells everybody of the groups as they are now. */
  tell(): Promise<void>
}

/** In the organisation's turn: what is read now stays so until the transaction ends. */
export async function changeDefaultGroups(asking: Asking): Promise<Changing> {
  const { tx, granted } = asking
  const { actor, rights } = granted
  return {
    granted,
    groups: await readDefaultGroups(tx, granted),
    async channels(names) {
      const found = await channelFactsByName(tx, actor, names)
      return names.map((name) => {
        const channel = found.get(channelNameKey(name))
        const wish = {
          kind: null,
          archived: null,
          byDefault: true,
          retention: false,
          topics: null,
          permissions: [],
        }
        const may = channel && authorize('channel:change', actor, { channel, ...wish }, rights)
        if (!may?.ok) throw unknownName(name)
        if (channel?.inviteOnly) throw badRequest('A default channel cannot be private.')
        return may.granted
      })
    },
    async tell() {
      const groups = await readDefaultGroups(tx, granted)
      await append(tx, granted.rights, [make(defaultGroupsChanged, { groups })])
    },
  }
}

/** @throws AppError BAD_REQUEST where there is none of that id */
export function groupIn({ groups }: Changing, id: number): DefaultGroupObject {
  const group = groups.find((one) => one.id === id)
  if (!group) throw noDefaultGroup(id)
  return group
}

/** @throws AppError BAD_REQUEST where one of the channels is joined by every new account anyhow */
export async function refuseDefaults(
  tx: Tx,
  group: string,
  names: readonly string[],
  channels: readonly Granted<'channel:change'>[],
): Promise<void> {
  const defaults = await readDefaults(tx)
  const at = channels.findIndex(({ object }) => defaults.includes(object.channel.channelId))
  if (at >= 0) throw badRequest(`'${names[at]}' is a default channel and cannot be added to '${group}'`)
}
