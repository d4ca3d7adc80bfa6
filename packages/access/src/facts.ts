import {
  type ChannelId,
  type MessageId,
  type OrgId,
  orgId,
  type RecipientId,
  type UserId,
  userId,
} from '@parley/core'
import { role, type Role } from './actor.ts'
import type { ChannelGroups } from './channel-groups.ts'

/** What decides about one channel for one actor, read in one snapshot. */
export interface ChannelFacts {
  readonly orgId: OrgId
  readonly channelId: ChannelId
  readonly recipientId: RecipientId
  readonly inviteOnly: boolean
  readonly historyPublicToSubscribers: boolean
  readonly isWebPublic: boolean
  readonly archived: boolean
  /** Has the actor an active subscription? */
  readonly subscribed: boolean
  /** The group that each permission in it is given to. */
  readonly groups: ChannelGroups
}

/** The people of one direct conversation, the actor included. */
export interface DirectFacts {
  readonly orgId: OrgId
  readonly recipientId: RecipientId | null
  readonly participants: readonly {
    readonly userId: UserId
    readonly isActive: boolean
    readonly isBot: boolean
    /** Is this one in the group that lets conversations be (`direct_message_permission_group`)? */
    readonly permits: boolean
    /** Has the actor met this one (`user:see`)? True where the actor sees everybody. */
    readonly met: boolean
  }[]
  /** Does it have a message already? Looked up only where not everybody may begin one; false elsewhere. */
  readonly begun: boolean
}

/** One message as access sees it. */
export interface MessageFacts {
  readonly orgId: OrgId
  readonly messageId: MessageId
  readonly senderId: UserId
  /** The channel it is in, or null for a direct message. */
  readonly channel: ChannelFacts | null
  /** Is it in the actor's `received` ranges? */
  readonly received: boolean
}

/** What the organisation lets people do with messages that were sent (Zulip API: realm settings of those names). */
export interface MessagePolicy {
  readonly allowEditing: boolean
  /** Seconds after sending; null where there is no end. */
  readonly editLimit: number | null
  readonly deleteLimit: number | null
  readonly moveWithinLimit: number | null
  readonly moveBetweenLimit: number | null
}

/** A message that somebody wants to change, and how the organisation stands to that. */
export interface ChangingMessage {
  readonly message: MessageFacts
  /** Seconds since it was sent. */
  readonly age: number
  readonly policy: MessagePolicy
}

/** A message that goes to another topic of its channel. */
export interface TopicMove extends ChangingMessage {
  /** Only marks the topic as resolved, or as not: then there is no limit of time. */
  readonly resolves: boolean
  /** The channel that it goes to at once; null where it stays. */
  readonly target: ChannelFacts | null
}

/** A message that goes to another channel. */
export interface ChannelMove extends ChangingMessage {
  readonly target: ChannelFacts
}

/** A message that somebody wants to take away. */
export interface DeletingMessage extends ChangingMessage {
  /** Whose bot its sender is; null for people. */
  readonly senderBotOwnerId: UserId | null
}

export interface UserFacts {
  readonly orgId: OrgId
  readonly userId: UserId
  readonly role: Role
  readonly isActive: boolean
  readonly isBot: boolean
  readonly botOwnerId: UserId | null
  /** Is this the organisation's last active owner? */
  readonly isLastOwner: boolean
}

/** What decides about a bot beside what decides about every account. */
export interface BotFacts {
  /** Zulip API: `bot_type`. */
  readonly type: number
  readonly owner: { readonly userId: UserId; readonly role: Role; readonly isActive: boolean }
  /** May it create accounts by API? The operator gives this. */
  readonly createsUsers: boolean
}

/** An account with what decides about it as a bot of somebody; null for people, and for bots that nobody owns: the server's. */
export interface AccountFacts extends UserFacts {
  readonly bot: BotFacts | null
}

/** Facts of an account that no organisation has. */
export const nobody: AccountFacts = {
  orgId: orgId(0),
  userId: userId(0),
  role: role.guest,
  isActive: false,
  isBot: false,
  botOwnerId: null,
  isLastOwner: false,
  bot: null,
}
