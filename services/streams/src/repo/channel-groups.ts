import {
  type ChannelGroups,
  type ChannelGroupSetting,
  defaultChannelGroups,
  type Granted,
  type GroupSetting,
  permissionSettings,
} from '@parley/access'
import { changeGroupSetting, type GroupSettingChange, type Tx, writeGroupSetting } from '@parley/db'
import { givenSettings } from '../rules/settings.ts'

const write = (tx: Tx, name: ChannelGroupSetting, value: GroupSetting) =>
  writeGroupSetting(tx, name, permissionSettings.stream[name], value)

/**
 * The groups that the permissions in a new channel are given to: as asked, else its creator administers it and the rest
 * is the default.
 * @throws AppError BAD_REQUEST for values that a setting does not allow
 */
export async function writeChannelGroups(
  tx: Tx,
  { actor: creator }: Granted<'channel:create'>,
  asked: Parameters<typeof givenSettings>[0],
): Promise<ChannelGroups> {
  const own = { direct_members: [creator.userId], direct_subgroups: [] }
  const groups = { ...defaultChannelGroups }
  for (const [name, value] of givenSettings({ can_administer_channel_group: own, ...asked }))
    groups[name] = await write(tx, name, value)
  return groups
}

/** Changes of permissions in a channel, by name. */
export type PermissionChanges = Readonly<Partial<Record<ChannelGroupSetting, GroupSettingChange | undefined>>>

/**
 * The groups that a change leaves the permissions in the channel of the proof given to.
 * @throws AppError EXPECTATION_MISMATCH where a client believes another value; BAD_REQUEST for values that a setting
 * does not allow
 */
export async function changeChannelGroups(
  tx: Tx,
  { object }: Granted<'channel:change'>,
  asked: PermissionChanges,
): Promise<ChannelGroups> {
  const groups = { ...object.channel.groups }
  for (const name of object.permissions) {
    const change = asked[name]
    if (change)
      groups[name] = await changeGroupSetting(tx, name, permissionSettings.stream[name], groups[name], change)
  }
  return groups
}
