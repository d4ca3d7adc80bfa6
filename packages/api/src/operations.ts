import { createSession } from './auth/create-session.ts'
import { endSession } from './auth/end-session.ts'
import { fetchApiKey } from './auth/fetch-api-key.ts'
import { regenerateApiKey } from './auth/regenerate-api-key.ts'
import { getBotStorage, removeBotStorage, updateBotStorage } from './bots/bot-storage.ts'
import { createBot, deactivateBot, getBots, regenerateBotApiKey, updateBot } from './bots/bots.ts'
import { addDefaultChannel } from './channels/add-default-channel.ts'
import { archiveChannel } from './channels/archive-channel.ts'
import { createChannel } from './channels/create-channel.ts'
import {
  changeDefaultGroupChannels,
  createDefaultGroup,
  removeDefaultGroup,
  updateDefaultGroup,
} from './channels/default-groups.ts'
import { findChannel } from './channels/find-channel.ts'
import { getChannelEmailAddress } from './channels/get-channel-email-address.ts'
import { getChannel } from './channels/get-channel.ts'
import { getSubscriptionStatus } from './channels/get-subscription-status.ts'
import { getUserChannels } from './channels/get-user-channels.ts'
import { listChannels } from './channels/list-channels.ts'
import { listMembers } from './channels/list-members.ts'
import { listSubscriptions } from './channels/list-subscriptions.ts'
import { removeDefaultChannel } from './channels/remove-default-channel.ts'
import { subscribe } from './channels/subscribe.ts'
import { unsubscribe } from './channels/unsubscribe.ts'
import { createFolder, getFolders, reorderFolders, updateFolder } from './folders/folders.ts'
import { createUserGroup } from './groups/create-user-group.ts'
import { deactivateUserGroup } from './groups/deactivate-user-group.ts'
import { getIsUserGroupMember } from './groups/get-is-user-group-member.ts'
import { getUserGroupMembers } from './groups/get-user-group-members.ts'
import { getUserGroups } from './groups/get-user-groups.ts'
import { getUserGroupSubgroups } from './groups/get-user-group-subgroups.ts'
import { updateUserGroup } from './groups/update-user-group.ts'
import { updateUserGroupMembers } from './groups/update-user-group-members.ts'
import { updateUserGroupSubgroups } from './groups/update-user-group-subgroups.ts'
import { updateChannel } from './channels/update-channel.ts'
import { updateSubscriptionSetting } from './channels/update-subscription-setting.ts'
import { updateSubscriptionSettings } from './channels/update-subscription-settings.ts'
import { updateSubscriptions } from './channels/update-subscriptions.ts'
import { createDrafts, deleteDraft, editDraft, getDrafts } from './drafts/drafts.ts'
import { createReminder, deleteReminder, getReminders } from './scheduled/reminders.ts'
import {
  createScheduledMessage,
  deleteScheduledMessage,
  getScheduledMessages,
  updateScheduledMessage,
} from './scheduled/scheduled-messages.ts'
import { addReaction } from './messages/add-reaction.ts'
import { addSubmessage } from './messages/add-submessage.ts'
import { deleteMessage } from './messages/delete-message.ts'
import { deleteTopic } from './messages/delete-topic.ts'
import { editMessage } from './messages/edit-message.ts'
import { getHistory } from './messages/get-history.ts'
import { getMessage } from './messages/get-message.ts'
import { getMessages } from './messages/get-messages.ts'
import { getReadReceipts } from './messages/get-read-receipts.ts'
import { reportMessage } from './messages/report-message.ts'
import { getTopics } from './messages/get-topics.ts'
import { markAllAsRead, markChannelAsRead, markTopicAsRead } from './messages/mark-read.ts'
import { matchesNarrow } from './messages/matches-narrow.ts'
import { removeReaction } from './messages/remove-reaction.ts'
import { renderMessage } from './messages/render-message.ts'
import { sendMessage } from './messages/send-message.ts'
import { setEditTyping, setTyping } from './messages/typing.ts'
import { updateFlagsForNarrow } from './messages/update-flags-for-narrow.ts'
import { updateFlags } from './messages/update-flags.ts'
import { getOpenApi } from './meta/get-openapi.ts'
import type { Operation } from './operation.ts'
import { deactivateRealm } from './organisation/deactivate-realm.ts'
import { addEmoji, deactivateEmoji, getEmoji } from './organisation/emoji.ts'
import { getIcon, getLogo, removeIcon, removeLogo, setIcon, setLogo } from './organisation/pictures.ts'
import { serverSettings } from './organisation/server-settings.ts'
import { testWelcomeMessage } from './organisation/test-welcome-message.ts'
import { updateRealm } from './organisation/update-realm.ts'
import { updateUserSettingsDefaults } from './organisation/update-user-settings-defaults.ts'
import { muteUser, unmuteUser } from './own/muted-users.ts'
import { muteTopic, updateUserTopic } from './own/user-topics.ts'
import { deleteQueue } from './queues/delete-queue.ts'
import { eventsWs } from './queues/events-ws.ts'
import { getEvents } from './queues/get-events.ts'
import { register } from './queues/register.ts'
import {
  createProfileField,
  getProfileFields,
  removeProfileData,
  removeProfileField,
  reorderProfileFields,
  updateProfileData,
  updateProfileField,
} from './organisation/profile-fields.ts'
import {
  addLinkifier,
  getLinkifiers,
  removeLinkifier,
  reorderLinkifiers,
  updateLinkifier,
} from './organisation/linkifiers.ts'
import {
  createInviteLink,
  getInvites,
  resendEmailInvite,
  revokeEmailInvite,
  revokeInviteLink,
  sendInvites,
} from './invitations/invitations.ts'
import { confirmEmail } from './own/confirm-email.ts'
import { askToJoin, join } from './own/join.ts'
import { addDomain, changeDomain, getDomains, removeDomain } from './organisation/domains.ts'
import { addPlayground, removePlayground } from './organisation/playgrounds.ts'
import {
  addNavigationView,
  editNavigationView,
  getNavigationViews,
  removeNavigationView,
} from './own/navigation-views.ts'
import { addAlertWords, getAlertWords, removeAlertWords } from './own/alert-words.ts'
import { createSnippet, deleteSnippet, editSnippet, getSnippets } from './snippets/snippets.ts'
import { createUser } from './users/create-user.ts'
import { deactivateOwnUser } from './users/deactivate-own-user.ts'
import { deactivateUser } from './users/deactivate-user.ts'
import { getOwnUser } from './users/get-own-user.ts'
import { getUser } from './users/get-user.ts'
import { getUsers } from './users/get-users.ts'
import { getAvatar, getMediumAvatar, removeAvatar, setAvatar } from './users/avatar.ts'
import { getPresence, getUserPresence, updatePresence } from './users/presence.ts'
import { getUserStatus, updateStatus, updateStatusForUser } from './users/status.ts'
import { reactivateUser } from './users/reactivate-user.ts'
import { updateDisplaySettings, updateNotificationSettings, updateSettings } from './users/update-settings.ts'
import { updateUser } from './users/update-user.ts'

/** Every endpoint of the public API; what is not here answers 404. */
export const operations: readonly Operation[] = [
  // auth, users, organisation
  createSession,
  createUser,
  deactivateOwnUser,
  deactivateRealm,
  deactivateUser,
  endSession,
  fetchApiKey,
  getOwnUser,
  getUser,
  getUsers,
  reactivateUser,
  regenerateApiKey,
  serverSettings,
  testWelcomeMessage,
  updateDisplaySettings,
  updateNotificationSettings,
  updateRealm,
  updateSettings,
  updateUser,
  updateUserSettingsDefaults,
  createBot,
  deactivateBot,
  getBots,
  getBotStorage,
  regenerateBotApiKey,
  removeBotStorage,
  updateBot,
  updateBotStorage,
  // groups
  createUserGroup,
  deactivateUserGroup,
  getIsUserGroupMember,
  getUserGroupMembers,
  getUserGroups,
  getUserGroupSubgroups,
  updateUserGroup,
  updateUserGroupMembers,
  updateUserGroupSubgroups,
  // channels
  addDefaultChannel,
  archiveChannel,
  createChannel,
  findChannel,
  getChannel,
  getChannelEmailAddress,
  getSubscriptionStatus,
  getUserChannels,
  listChannels,
  listMembers,
  listSubscriptions,
  removeDefaultChannel,
  subscribe,
  unsubscribe,
  updateChannel,
  updateSubscriptionSetting,
  updateSubscriptionSettings,
  updateSubscriptions,
  changeDefaultGroupChannels,
  createDefaultGroup,
  removeDefaultGroup,
  updateDefaultGroup,
  createFolder,
  getFolders,
  reorderFolders,
  updateFolder,
  // what one wants to see
  muteTopic,
  muteUser,
  unmuteUser,
  updateUserTopic,
  // who is there, and what people say of themselves
  getPresence,
  getUserPresence,
  updatePresence,
  getUserStatus,
  updateStatus,
  updateStatusForUser,
  // messages
  addReaction,
  addSubmessage,
  deleteMessage,
  deleteTopic,
  editMessage,
  getHistory,
  getMessage,
  getMessages,
  getReadReceipts,
  reportMessage,
  getTopics,
  markAllAsRead,
  markChannelAsRead,
  markTopicAsRead,
  matchesNarrow,
  removeReaction,
  renderMessage,
  sendMessage,
  setEditTyping,
  setTyping,
  updateFlags,
  updateFlagsForNarrow,
  // texts of one's own
  createDrafts,
  deleteDraft,
  editDraft,
  getDrafts,
  createSnippet,
  deleteSnippet,
  editSnippet,
  getSnippets,
  addEmoji,
  deactivateEmoji,
  getEmoji,
  getAvatar,
  getMediumAvatar,
  setAvatar,
  removeAvatar,
  getIcon,
  getLogo,
  removeIcon,
  removeLogo,
  setIcon,
  setLogo,
  getLinkifiers,
  addLinkifier,
  updateLinkifier,
  removeLinkifier,
  reorderLinkifiers,
  createInviteLink,
  getInvites,
  resendEmailInvite,
  revokeEmailInvite,
  revokeInviteLink,
  sendInvites,
  askToJoin,
  confirmEmail,
  join,
  addDomain,
  changeDomain,
  getDomains,
  removeDomain,
  addPlayground,
  removePlayground,
  getNavigationViews,
  addNavigationView,
  editNavigationView,
  removeNavigationView,
  getProfileFields,
  createProfileField,
  reorderProfileFields,
  updateProfileField,
  removeProfileField,
  updateProfileData,
  removeProfileData,
  addAlertWords,
  getAlertWords,
  removeAlertWords,
  // messages sent later
  createScheduledMessage,
  deleteScheduledMessage,
  getScheduledMessages,
  updateScheduledMessage,
  createReminder,
  deleteReminder,
  getReminders,
  // the API itself
  getOpenApi,
  // queues
  deleteQueue,
  eventsWs,
  getEvents,
  register,
]
