import type { ChannelChange } from './actions/channel-change.ts'
import type { Leaving, WantedKind } from './actions/channel.ts'
import type { EmojiFacts } from './actions/emoji.ts'
import type { GroupFacts, MembersChange, MentionedGroup } from './actions/group.ts'
import type { InvitationFacts, NewInvitation, Newcomer } from './actions/invitation.ts'
import type { Answering } from './actions/message-change.ts'
import type { Expiring } from './actions/message-expire.ts'
import type { SendTarget } from './actions/message.ts'
import type { SightFacts } from './actions/sight.ts'
import type { NewTopic } from './actions/topic.ts'
import type { NamedAccount, NewAddress, NewUser } from './actions/user.ts'
import type { Actor, Role } from './actor.ts'
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
