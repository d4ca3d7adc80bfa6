import type { OrmTx } from '@parley/db'
import type { CallRoute, Route } from '@parley/kit'
import authenticate from './calls/authenticate.ts'
import createAccount from './calls/create-account.ts'
import createOrganisation from './calls/create-organisation.ts'
import deactivateOrganisation from './calls/deactivate-organisation.ts'
import explainAccess from './calls/explain-access.ts'
import findOrganisation from './calls/find-organisation.ts'
import letsSpectators from './calls/lets-spectators.ts'
import reactivateOrganisation from './calls/reactivate-organisation.ts'
import snapshot from './calls/snapshot.ts'
import spectatorSnapshot from './calls/spectator-snapshot.ts'
import type { AuthContext } from './context.ts'
import addNavigationView from './routes/add-navigation-view.ts'
import addLinkifier from './routes/add-linkifier.ts'
import getLinkifiers from './routes/get-linkifiers.ts'
import removeLinkifier from './routes/remove-linkifier.ts'
import reorderLinkifiers from './routes/reorder-linkifiers.ts'
import updateLinkifier from './routes/update-linkifier.ts'
import getInvites from './routes/get-invites.ts'
import sendInvites from './routes/send-invites.ts'
import createInviteLink from './routes/create-invite-link.ts'
import revokeEmailInvite from './routes/revoke-email-invite.ts'
import revokeInviteLink from './routes/revoke-invite-link.ts'
import resendEmailInvite from './routes/resend-email-invite.ts'
import askToJoin from './routes/ask-to-join.ts'
import confirmEmail from './routes/confirm-email.ts'
import join from './routes/join.ts'
import addDomain from './routes/add-domain.ts'
import changeDomain from './routes/change-domain.ts'
import getDomains from './routes/get-domains.ts'
import removeDomain from './routes/remove-domain.ts'
import addPlayground from './routes/add-playground.ts'
import editNavigationView from './routes/edit-navigation-view.ts'
import getNavigationViews from './routes/get-navigation-views.ts'
import removeNavigationView from './routes/remove-navigation-view.ts'
import removePlayground from './routes/remove-playground.ts'
import createProfileField from './routes/create-profile-field.ts'
import getProfileFields from './routes/get-profile-fields.ts'
import removeProfileData from './routes/remove-profile-data.ts'
import removeProfileField from './routes/remove-profile-field.ts'
import reorderProfileFields from './routes/reorder-profile-fields.ts'
import updateProfileData from './routes/update-profile-data.ts'
import updateProfileField from './routes/update-profile-field.ts'
import createBot from './routes/create-bot.ts'
import deactivateBot from './routes/deactivate-bot.ts'
import getAvatar from './routes/get-avatar.ts'
import getBots from './routes/get-bots.ts'
import getMediumAvatar from './routes/get-medium-avatar.ts'
import getBotStorage from './routes/get-bot-storage.ts'
import regenerateBotApiKey from './routes/regenerate-bot-api-key.ts'
import removeBotStorage from './routes/remove-bot-storage.ts'
import updateBot from './routes/update-bot.ts'
import updateBotStorage from './routes/update-bot-storage.ts'
import createSession from './routes/create-session.ts'
import createUserGroup from './routes/create-user-group.ts'
import deactivateUserGroup from './routes/deactivate-user-group.ts'
import getIsUserGroupMember from './routes/get-is-user-group-member.ts'
import getUserGroupMembers from './routes/get-user-group-members.ts'
import getUserGroups from './routes/get-user-groups.ts'
import getUserGroupSubgroups from './routes/get-user-group-subgroups.ts'
import updateUserGroup from './routes/update-user-group.ts'
import updateUserGroupMembers from './routes/update-user-group-members.ts'
import updateUserGroupSubgroups from './routes/update-user-group-subgroups.ts'
import createUser from './routes/create-user.ts'
import deactivateOwnUser from './routes/deactivate-own-user.ts'
import deactivateRealm from './routes/deactivate-realm.ts'
import deactivateUser from './routes/deactivate-user.ts'
import endSession from './routes/end-session.ts'
import fetchApiKey from './routes/fetch-api-key.ts'
import getOwnUser from './routes/get-own-user.ts'
import getUser from './routes/get-user.ts'
import getUsers from './routes/get-users.ts'
import reactivateUser from './routes/reactivate-user.ts'
import regenerateApiKey from './routes/regenerate-api-key.ts'
import serverSettings from './routes/server-settings.ts'
import updateDisplaySettings from './routes/update-display-settings.ts'
import updateNotificationSettings from './routes/update-notification-settings.ts'
import updateRealm from './routes/update-realm.ts'
import updateSettings from './routes/update-settings.ts'
import updateUser from './routes/update-user.ts'
import updateUserSettingsDefaults from './routes/update-user-settings-defaults.ts'

/** Every endpoint of this service. */
export const routes: readonly Route<AuthContext, OrmTx>[] = [
  createSession,
  createUserGroup,
  deactivateUserGroup,
  getIsUserGroupMember,
  getUserGroupMembers,
  getUserGroups,
  getUserGroupSubgroups,
  updateUserGroup,
  updateUserGroupMembers,
  updateUserGroupSubgroups,
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
  updateDisplaySettings,
  updateNotificationSettings,
  updateRealm,
  updateSettings,
  updateUser,
  updateUserSettingsDefaults,
  addNavigationView,
  addLinkifier,
  getLinkifiers,
  removeLinkifier,
  reorderLinkifiers,
  updateLinkifier,
  getInvites,
  sendInvites,
  createInviteLink,
  revokeEmailInvite,
  revokeInviteLink,
  resendEmailInvite,
  askToJoin,
  confirmEmail,
  join,
  addDomain,
  changeDomain,
  getDomains,
  removeDomain,
  addPlayground,
  editNavigationView,
  getNavigationViews,
  removeNavigationView,
  removePlayground,
  getProfileFields,
  createProfileField,
  reorderProfileFields,
  updateProfileField,
  removeProfileField,
  updateProfileData,
  removeProfileData,
  createBot,
  deactivateBot,
  getAvatar,
  getBots,
  getMediumAvatar,
  getBotStorage,
  regenerateBotApiKey,
  removeBotStorage,
  updateBot,
  updateBotStorage,
]

/** Every internal call it answers. */
export const calls: readonly CallRoute<AuthContext>[] = [
  authenticate,
  createAccount,
  createOrganisation,
  deactivateOrganisation,
  explainAccess,
  findOrganisation,
  letsSpectators,
  reactivateOrganisation,
  snapshot,
  spectatorSnapshot,
]
