import {
  type ChannelGroups,
  type ChannelGroupSetting,
  defaultChannelGroups,
  type Granted,
  type GroupSetting,
  permissionSettings,
} from '@parley/access'
import { type Tx, writeGroupSetting } from '@parley/db'
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
