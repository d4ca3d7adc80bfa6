import type { Tx } from '@parley/db'
import type { CallRoute, Route } from '@parley/kit'
import type { Context } from './context.ts'
import addDefaultChannel from './routes/add-default-channel.ts'
import archiveChannel from './routes/archive-channel.ts'
import createChannel from './routes/create-channel.ts'
import changeDefaultGroupChannels from './routes/change-default-group-channels.ts'
import createDefaultGroup from './routes/create-default-group.ts'
import createFolder from './routes/create-channel-folder.ts'
import findChannel from './routes/find-channel.ts'
import getChannelEmailAddress from './routes/get-channel-email-address.ts'
import getChannel from './routes/get-channel.ts'
import getFolders from './routes/get-channel-folders.ts'
import getSubscriptionStatus from './routes/get-subscription-status.ts'
import getUserChannels from './routes/get-user-channels.ts'
import listChannels from './routes/list-channels.ts'
import listMembers from './routes/list-members.ts'
import listSubscriptions from './routes/list-subscriptions.ts'
import muteTopic from './routes/mute-topic.ts'
import muteUser from './routes/mute-user.ts'
import removeDefaultChannel from './routes/remove-default-channel.ts'
import removeDefaultGroup from './routes/remove-default-group.ts'
import reorderFolders from './routes/reorder-channel-folders.ts'
import snapshot from './routes/snapshot.ts'
import spectatorSnapshot from './routes/spectator-snapshot.ts'
import subscribe from './routes/subscribe.ts'
import unmuteUser from './routes/unmute-user.ts'
import unsubscribe from './routes/unsubscribe.ts'
import updateDefaultGroup from './routes/update-default-group.ts'
import updateFolder from './routes/update-channel-folder.ts'
import updateChannel from './routes/update-channel.ts'
import updateSubscriptionSetting from './routes/update-subscription-setting.ts'
import updateSubscriptionSettings from './routes/update-subscription-settings.ts'
import updateSubscriptions from './routes/update-subscriptions.ts'
import updateUserTopic from './routes/update-user-topic.ts'

/** Every endpoint of this service. */
export const routes: readonly Route<Context, Tx>[] = [
  addDefaultChannel,
  archiveChannel,
  changeDefaultGroupChannels,
  createChannel,
  createDefaultGroup,
  createFolder,
  findChannel,
  getChannel,
  getChannelEmailAddress,
  getFolders,
  getSubscriptionStatus,
  getUserChannels,
  listChannels,
  listMembers,
  listSubscriptions,
  muteTopic,
  muteUser,
  removeDefaultChannel,
  removeDefaultGroup,
  reorderFolders,
  subscribe,
  unmuteUser,
  unsubscribe,
  updateChannel,
  updateDefaultGroup,
  updateFolder,
  updateSubscriptionSetting,
  updateSubscriptionSettings,
  updateSubscriptions,
  updateUserTopic,
]

/** Every internal call it answers. */
export const calls: readonly CallRoute<Context>[] = [snapshot, spectatorSnapshot]
