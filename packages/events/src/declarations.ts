import {
  channelAccessChanged,
  channelChanged,
  channelChangedWithin,
  channelHistoryClosed,
  channelOpened,
  channelPermissionsChanged,
  channelRetentionChanged,
  channelTopicsPolicyChanged,
  defaultChannelsChanged,
} from './channels/channel-changed.ts'
import {
  channelCreated,
  channelEstablished,
  channelRevealed,
  channelWithdrawn,
} from './channels/channel-known.ts'
import { defaultGroupsChanged } from './channels/default-groups-changed.ts'
import { folderChanged } from './channels/folder-changed.ts'
import { mutedUsersSet, subscriptionSet, userTopicSet } from './channels/own-settings.ts'
import { peerAdded, peerAddedWithin, peerRemoved, peerRemovedWithin, peerShown } from './channels/peer.ts'
import {
  membershipEnded,
  membershipGranted,
  subscriptionAdded,
  subscriptionRemoved,
} from './channels/subscription.ts'
import type { EventDeclaration } from './event.ts'
import { alertWordsSet } from './messages/alert-words-set.ts'
import { draftChanged } from './messages/draft-changed.ts'
import { flagsChanged } from './messages/flags-changed.ts'
import { messageReported } from './messages/message-reported.ts'
import { messageSent } from './messages/message-sent.ts'
import { messagesDeleted } from './messages/messages-deleted.ts'
import { messageUpdated } from './messages/message-updated.ts'
import { reactionChanged } from './messages/reaction-changed.ts'
import {
  messageAppeared,
  messageCarried,
  messagesRelocated,
  messagesWithdrawn,
} from './messages/relocation.ts'
import { reminderChanged } from './messages/reminder-changed.ts'
import { scheduledChanged } from './messages/scheduled-changed.ts'
import { snippetChanged } from './messages/snippet-changed.ts'
import { userStatusChanged } from './users/user-status-changed.ts'
import { submessageAdded } from './messages/submessage-added.ts'
import { unreadCleared } from './messages/unread-cleared.ts'
import {
  accountCreated,
  keyCreated,
  keyRegenerated,
  organisationCreated,
  sessionCreated,
  sessionEnded,
} from './users/account.ts'
import { accountSet, organisationDefaultSet } from './users/account-set.ts'
import { botChanged, botGiven } from './users/bot-changed.ts'
import { domainChanged } from './users/domain-changed.ts'
import { emojiChanged, emojiSet } from './organisation/emoji-set.ts'
import { pictureChanged, pictureSet } from './organisation/picture-set.ts'
import { groupMembersAdded } from './users/group-members-added.ts'
import { groupMembersRemoved } from './users/group-members-removed.ts'
import {
  organisationDeactivated,
  organisationEnding,
  organisationReactivated,
} from './users/organisation-ended.ts'
import {
  organisationPermissionsChanged,
  organisationPermissionSet,
} from './users/organisation-permissions.ts'
import { invitationChanged, invitesChanged } from './users/invitation-changed.ts'
import { navigationViewChanged } from './users/navigation-view-changed.ts'
import {
  linkifiersSet,
  organisationListChanged,
  playgroundsSet,
  profileChanged,
  profileFieldsSet,
} from './users/organisation-lists.ts'
import {
  organisationSet,
  organisationSettingsChanged,
  waitingPeriodChanged,
} from './users/organisation-set.ts'
import { groupChanged } from './groups/group-changed.ts'
import { groupCreated, groupDeactivated, groupUpdated } from './groups/group-known.ts'
import { groupSubgroupsAdded, groupSubgroupsRemoved } from './groups/subgroups.ts'
import { accountEmailChanged, emailChanged, shownEmailChanged } from './users/email-changed.ts'
import { emailVisibilityChanged } from './users/email-visibility-changed.ts'
import { passwordChanged } from './users/password-changed.ts'
import { automaticTopicsChanged } from './users/automatic-topics-changed.ts'
import { avatarChanged } from './users/avatar-changed.ts'
import { userMoved } from './users/user-moved.ts'
import { timeZoneSet } from './users/time-zone-set.ts'
import { userCreated } from './users/user-created.ts'
import { userDeactivated } from './users/user-deactivated.ts'
import { userReactivated } from './users/user-reactivated.ts'
import { userRenamed } from './users/user-renamed.ts'
import { userRoleChanged } from './users/user-role-changed.ts'

// Each declaration only ever sees bodies that its own schema has parsed, so the list may forget their types.
const any = <B>(declaration: EventDeclaration<B>): EventDeclaration =>
  declaration as unknown as EventDeclaration

/** Every kind of event that a log may hold. */
export const declarations: readonly EventDeclaration[] = [
  // users
  any(accountCreated),
  any(accountEmailChanged),
  any(emailChanged),
  any(emailVisibilityChanged),
  any(timeZoneSet),
  any(shownEmailChanged),
  any(accountSet),
  any(automaticTopicsChanged),
  any(botChanged),
  any(botGiven),
  any(domainChanged),
  any(emojiChanged),
  any(emojiSet),
  any(pictureChanged),
  any(pictureSet),
  any(invitationChanged),
  any(invitesChanged),
  any(groupMembersAdded),
  any(groupMembersRemoved),
  any(keyCreated),
  any(keyRegenerated),
  any(organisationCreated),
  any(organisationDeactivated),
  any(organisationDefaultSet),
  any(organisationEnding),
  any(organisationPermissionsChanged),
  any(organisationPermissionSet),
  any(organisationReactivated),
  any(organisationSet),
  any(organisationSettingsChanged),
  any(organisationListChanged),
  any(linkifiersSet),
  any(playgroundsSet),
  any(navigationViewChanged),
  any(profileFieldsSet),
  any(profileChanged),
  any(passwordChanged),
  any(sessionCreated),
  any(sessionEnded),
  any(avatarChanged),
  any(userCreated),
  any(userDeactivated),
  any(userMoved),
  any(userReactivated),
  any(userRenamed),
  any(userRoleChanged),
  any(waitingPeriodChanged),
  // groups
  any(groupChanged),
  any(groupCreated),
  any(groupDeactivated),
  any(groupSubgroupsAdded),
  any(groupSubgroupsRemoved),
  any(groupUpdated),
  // messages
  any(alertWordsSet),
  any(draftChanged),
  any(flagsChanged),
  any(messageReported),
  any(messageSent),
  any(messagesDeleted.open),
  any(messagesDeleted.within),
  any(messageUpdated.open),
  any(messageUpdated.within),
  any(reactionChanged.open),
  any(reactionChanged.within),
  any(messageAppeared),
  any(messageCarried),
  any(messagesRelocated),
  any(messagesWithdrawn),
  any(reminderChanged),
  any(scheduledChanged),
  any(snippetChanged),
  any(submessageAdded.open),
  any(submessageAdded.within),
  any(userStatusChanged),
  any(unreadCleared),
  // channels
  any(channelAccessChanged),
  any(channelChanged),
  any(channelChangedWithin),
  any(channelHistoryClosed),
  any(channelCreated),
  any(channelEstablished),
  any(channelOpened),
  any(channelPermissionsChanged),
  any(channelRetentionChanged),
  any(channelTopicsPolicyChanged),
  any(channelRevealed),
  any(channelWithdrawn),
  any(defaultChannelsChanged),
  any(folderChanged),
  any(defaultGroupsChanged),
  any(membershipEnded),
  any(membershipGranted),
  any(peerAdded),
  any(peerAddedWithin),
  any(peerRemoved),
  any(peerRemovedWithin),
  any(peerShown),
  any(subscriptionAdded),
  any(subscriptionRemoved),
  any(subscriptionSet),
  // what one wants to see
  any(mutedUsersSet),
  any(userTopicSet),
]
