import { channel } from 'node:diagnostics_channel'
import type { Rights } from '@parley/core'
import type { Actor } from './actor.ts'
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
  type Leaving,
  type WantedKind,
} from './actions/channel.ts'
import { channelChange, type ChannelChange } from './actions/channel-change.ts'
import { defaultGroupChange } from './actions/default-group.ts'
import { emojiAdd, emojiDeactivate, type EmojiFacts } from './actions/emoji.ts'
import { folderChange } from './actions/folder.ts'
import {
  type GroupFacts,
  groupChangeMembers,
  groupCreate,
  groupEdit,
  groupMention,
  groupRead,
  type MembersChange,
  type MentionedGroup,
} from './actions/group.ts'
import {
  type InvitationFacts,
  invitationCreate,
  invitationList,
  invitationManage,
  invitationSeen,
  type Newcomer,
  type NewInvitation,
  userJoin,
} from './actions/invitation.ts'
import {
  messageContent,
  messageHistory,
  messageLook,
  messageMentionAll,
  messageRead,
  messageSend,
  type SendTarget,
} from './actions/message.ts'
import {
  type Answering,
  messageAnswer,
  messageChange,
  messageDelete,
  messageEdit,
  channelMoveInto,
  messageMoveChannel,
  messageMoveTopic,
} from './actions/message-change.ts'
import { type Expiring, messageExpire } from './actions/message-expire.ts'
import { organisationChange, organisationEnd, organisationRestore } from './actions/organisation.ts'
import { type SightFacts, userSee, userSight } from './actions/sight.ts'
import { type NewTopic, topicCreate } from './actions/topic.ts'
import {
  type NamedAccount,
  type NewAddress,
  type NewUser,
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
import { allow, type Decision, deny, type Reason } from './decision.ts'
import type {
  AccountFacts,
  ChangingMessage,
  ChannelFacts,
  ChannelMove,
  DeletingMessage,
  MessageFacts,
  TopicMove,
  UserFacts,
} from './facts.ts'
import type { Role } from './actor.ts'

/** Every action there is, with the facts of the object it is decided on. */
export interface ActionObjects {
  /** What any active account may do with its own things: its profile, queues, keys, sessions. */
  'self:use': null
  /** To say that one is there. */
  'self:be-there': null
  /** To say something of oneself that everybody sees. */
  'self:describe': null
  /** To give oneself a picture; `disabled`: only administrators change theirs. */
  'self:depict': { readonly disabled: boolean }
  /** To choose how things are for oneself, and one's name. */
  'self:set': null
  /** To sign in by another address, and be written to there. */
  'self:readdress': NewAddress
  /** To keep data, as bots do. */
  'self:store': null
  /** One's own bots. */
  'bot:list': null
  'bot:create': { readonly type: number }
  /** Its name, its key and its preferences; the first gate of every change. */
  'bot:manage': AccountFacts
  'bot:end': AccountFacts
  'bot:set-role': { readonly target: AccountFacts; readonly role: Role }
  /** Making somebody else its owner; `to`: null where there is no such account. */
  'bot:give': { readonly target: AccountFacts; readonly to: Actor | null; readonly full: boolean }
  /** What the organisation keeps for everybody in it: lists that administrators make. */
  'organisation:read': null
  'organisation:change': { readonly ownersOnly: boolean }
  /** Taking it out of use, with everybody in it. */
  'organisation:end': null
  'organisation:restore': null
  'emoji:add': { readonly hidesBuiltIn: boolean }
  'emoji:deactivate': EmojiFacts
  /** One's own, and those that administrators see. */
  'invitation:list': null
  'invitation:create': NewInvitation
  /** Taking it back, sending it again. */
  'invitation:manage': InvitationFacts
  /** Making one's account, in the name of who invited. */
  'user:join': Newcomer
  'user:list': null
  /** Who somebody is: name, address, picture, profile, presence and status. */
  'user:see': SightFacts
  'user:create': NewUser
  'user:deactivate': UserFacts
  'user:leave': UserFacts
  'user:reactivate': AccountFacts
  'user:rename': NamedAccount
  'user:set-role': { readonly target: AccountFacts; readonly role: Role }
  /** Groups, their members and subgroups: the same for everybody who may ask. */
  'group:read': null
  'group:create': null
  'group:edit': GroupFacts
  'group:change-members': MembersChange
  /** So that its members are told. */
  'group:mention': MentionedGroup
  'channel:list': null
  'channel:know': ChannelFacts
  'channel:view': ChannelFacts
  'channel:find': ChannelFacts
  'channel:read': ChannelFacts
  /** Coming into channels at all, or making them: the first gate of the endpoint that does both. */
  'channel:join': null
  'channel:create': WantedKind
  'channel:delete-topic': ChannelFacts
  'channel:subscribe': ChannelFacts
  'channel:unsubscribe': Leaving
  'channel:add-subscribers': ChannelFacts
  /** Its name, description and kind, whether it is archived, and the like. */
  'channel:change': ChannelChange
  /** Folders that channels are shown in, all of them. */
  'folder:change': null
  /** Groups of channels that new accounts may choose, all of them. */
  'default-group:change': null
  'topic:create': NewTopic
  'message:send': SendTarget
  /** `@all`, `@topic` and the like; `many`: more than 15 would be mentioned. */
  'message:mention-all': { readonly many: boolean }
  'message:read': MessageFacts
  /** Seeing it where its channel is looked through: a narrow with a channel term. */
  'message:look': MessageFacts
  /** Adding a reaction to it or taking one's own away. */
  'message:react': MessageFacts
  /** Adding to a poll or a list of tasks. */
  'message:answer': Answering
  /** Changing anything of it: the first gate; what is changed is decided by the actions below. */
  'message:change': MessageFacts
  'message:edit': ChangingMessage
  'message:move-topic': TopicMove
  'message:move-channel': ChannelMove
  'message:delete': DeletingMessage
  /** Taking messages away by their age. */
  'message:expire': Expiring
  /** Lists of messages: the predicate decides row by row. */
  'message:list': null
}
export type Action = keyof ActionObjects

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

/** A private member is in no object literal and, other than a symbol, in no spread copy either. */
declare class Proof<A extends Action> {
  private readonly proof: A
}

/** Proof that this actor may do this action to this object under these rights. Only `authorize` makes one. */
export interface Granted<A extends Action> extends Proof<A> {
  readonly action: A
  readonly actor: Actor
  readonly object: ActionObjects[A]
  readonly rights: Rights
}

export type Verdict<A extends Action> =
  | { readonly ok: true; readonly granted: Granted<A> }
  | { readonly ok: false; readonly kind: 'deny' | 'hide'; readonly reason: Reason }

/** Decides one action of one actor on one object; deactivated accounts may do nothing. */
export function decide<A extends Action>(action: A, actor: Actor, object: ActionObjects[A]): Decision {
  return actor.isActive ? rules[action](actor, object) : deny('inactive')
}

const decisions = channel('parley:decided')

/** Has somebody told of each decision that a proof may come of, in the call that it is made for: `{ action, ok }`. */
export function onDecided(told: (decided: unknown) => void): () => void {
  decisions.subscribe(told)
  return () => {
    decisions.unsubscribe(told)
  }
}

/** Decides and, where it is allowed, makes the proof that repositories ask for. */
export function authorize<A extends Action>(
  action: A,
  actor: Actor,
  object: ActionObjects[A],
  rights: Rights,
): Verdict<A> {
  const decision = decide(action, actor, object)
  if (decisions.hasSubscribers) decisions.publish({ action, ok: decision.ok })
  if (!decision.ok) return decision
  return { ok: true, granted: { action, actor, object, rights } as Granted<A> }
}

/**
 * The proof for who may always, by a rule that a test of its own holds, such as the server's operator.
 * @throws Error where they may not after all: a fault of ours
 */
export function sure<A extends Action>(verdict: Verdict<A>): Granted<A> {
  if (verdict.ok) return verdict.granted
  throw new Error(`what is always allowed was refused: ${verdict.reason}`)
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
