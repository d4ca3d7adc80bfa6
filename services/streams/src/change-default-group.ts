import { type Actor, authorize, type Granted } from '@parley/access'
import { channelNameKey, type DefaultGroupObject, type Principal } from '@parley/api'
import { badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, defaultGroupsChanged, make } from '@parley/events'
import { channelFactsByName } from './facts/channel-facts.ts'
import { takeTurn } from './facts/turn.ts'
import { readDefaultGroups } from './repo/default-groups.ts'
import { readDefaults } from './repo/change-channel.ts'
import { noDefaultGroup } from './rules/default-group.ts'
import { unknownName } from './rules/unknown-channel.ts'

interface Asking {
  readonly tx: Tx
  readonly principal: Principal
  readonly actor: Actor
  readonly rights: Rights
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

/**
 * Waits until no other change of channels is under way, and decides anew: what is read now stays so until the transaction ends.
 * @throws StaleRights where the account has changed meanwhile; AppError for who may not
 */
export async function changeDefaultGroups(asking: Asking): Promise<Changing> {
  const { tx } = asking
  const { actor, rights } = await takeTurn(tx, asking.principal, asking)
  const verdict = authorize('default-group:change', actor, null, rights)
  if (!verdict.ok) throw badRequest('Must be an organization administrator')
  const { granted } = verdict
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
