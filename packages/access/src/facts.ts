import type { ChannelId, MessageId, OrgId, RecipientId, UserId } from '@parley/core'
import type { Role } from './actor.ts'

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
  /** Is the actor the channel's creator (the first holder of can_administer_channel_group)? */
  readonly administers: boolean
}

/** The people of one direct conversation, the actor included. */
export interface DirectFacts {
  readonly orgId: OrgId
  readonly recipientId: RecipientId | null
  readonly participants: readonly {
    readonly userId: UserId
    readonly isActive: boolean
    readonly isBot: boolean
  }[]
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
