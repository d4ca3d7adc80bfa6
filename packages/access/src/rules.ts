import type { Action, ActionObjects } from './action-objects.ts'
import {
  botCreate,
  botEnd,
  botGive,
  botList,
  botManage,
  botManaged,
  botSetRole,
  selfStore,
} from './actions/bot.ts'
import { channelChange } from './actions/channel-change.ts'
import {
  channelAddSubscribers,
  channelContent,
  channelCreate,
  channelDeleteTopic,
  channelFind,
  channelJoin,
  channelKnow,
  channelMetadata,
  channelRead,
  channelSubscribe,
  channelUnsubscribe,
  channelView,
} from './actions/channel.ts'
import { defaultGroupChange } from './actions/default-group.ts'
import { emojiAdd, emojiDeactivate } from './actions/emoji.ts'
import { folderChange } from './actions/folder.ts'
import { groupChangeMembers, groupCreate, groupEdit, groupMention, groupRead } from './actions/group.ts'
import {
  invitationCreate,
  invitationList,
  invitationManage,
  invitationSeen,
  userJoin,
} from './actions/invitation.ts'
import {
  channelMoveInto,
  messageAnswer,
  messageChange,
  messageDelete,
  messageEdit,
  messageMoveChannel,
  messageMoveTopic,
} from './actions/message-change.ts'
import { messageExpire } from './actions/message-expire.ts'
import {
  messageContent,
  messageHistory,
  messageLook,
  messageMentionAll,
  messageRead,
  messageSend,
} from './actions/message.ts'
import { organisationChange, organisationEnd, organisationRestore } from './actions/organisation.ts'
import { userSee, userSight } from './actions/sight.ts'
import { topicCreate } from './actions/topic.ts'
import {
  selfBeThere,
  selfDepict,
  selfDescribe,
  selfReaddress,
  selfSet,
  userCreate,
  userDeactivate,
  userLeave,
  userReactivate,
  userRename,
  userSetRole,
} from './actions/user.ts'
import type { Actor } from './actor.ts'
import { type Decision, allow, deny } from './decision.ts'

const rules: { readonly [A in Action]: (actor: Actor, object: ActionObjects[A]) => Decision } = {
  'self:use': allow,
  'self:be-there': selfBeThere,
  'self:describe': selfDescribe,
  'self:depict': selfDepict,
  'self:set': selfSet,
  'self:readdress': selfReaddress,
  'self:store': selfStore,
  'bot:list': botList,
  'bot:create': botCreate,
  'bot:manage': botManage,
  'bot:end': botEnd,
  'bot:set-role': botSetRole,
  'bot:give': botGive,
  'organisation:read': allow,
  'organisation:change': organisationChange,
  'organisation:end': organisationEnd,
  'organisation:restore': organisationRestore,
  'emoji:add': emojiAdd,
  'emoji:deactivate': emojiDeactivate,
  'invitation:list': invitationList,
  'invitation:create': invitationCreate,
  'invitation:manage': invitationManage,
  'user:join': userJoin,
  'user:list': allow,
  'user:see': userSee,
  'user:create': userCreate,
  'user:deactivate': userDeactivate,
  'user:leave': userLeave,
  'user:reactivate': userReactivate,
  'user:rename': userRename,
  'user:set-role': userSetRole,
  'group:read': groupRead,
  'group:create': groupCreate,
  'group:edit': groupEdit,
  'group:change-members': groupChangeMembers,
  'group:mention': groupMention,
  'channel:list': allow,
  'channel:know': channelKnow,
  'channel:view': channelView,
  'channel:find': channelFind,
  'channel:read': channelRead,
  'channel:join': channelJoin,
  'channel:create': channelCreate,
  'channel:delete-topic': channelDeleteTopic,
  'channel:subscribe': channelSubscribe,
  'channel:unsubscribe': channelUnsubscribe,
  'channel:add-subscribers': channelAddSubscribers,
  'channel:change': channelChange,
  'folder:change': folderChange,
  'default-group:change': defaultGroupChange,
  'topic:create': topicCreate,
  'message:send': messageSend,
  'message:mention-all': messageMentionAll,
  'message:read': messageRead,
  'message:look': messageLook,
  'message:react': messageChange,
  'message:answer': messageAnswer,
  'message:change': messageChange,
  'message:edit': messageEdit,
  'message:move-topic': messageMoveTopic,
  'message:move-channel': messageMoveChannel,
  'message:delete': messageDelete,
  'message:expire': messageExpire,
  'message:list': allow,
}

/** Those that everybody in use may do: what is then done to a single thing is decided by another. */
export const everybodys = (Object.keys(rules) as readonly Action[]).filter(
  (action) => rules[action] === allow,
)

/** Names of all actions, for tests and the printed policy table. */
export const actions = Object.keys(rules) as readonly Action[]

/** Decides one action of one actor on one object; deactivated accounts may do nothing. */
export function decide<A extends Action>(action: A, actor: Actor, object: ActionObjects[A]): Decision {
  return actor.isActive ? rules[action](actor, object) : deny('inactive')
}

/** Lists: the predicate that each row must pass, per listed action. */
export const listRules = {
  'channel:know': channelMetadata,
  'channel:read': channelContent,
  'message:read': messageContent,
  'message:look': messageHistory,
  'message:move-channel': channelMoveInto,
  'user:see': userSight,
  'bot:manage': botManaged,
  'invitation:manage': invitationSeen,
} as const
export type ListedAction = keyof typeof listRules
