/**
 * An organisation whole, in the words of the rules: who is there, what they made, and how it is set. It knows nothing of how
 * the library puts facts together. Ids are positive; times are seconds since the Unix epoch.
 */
export interface Organisation {
  readonly now: number
  readonly people: ReadonlyMap<number, Person>
  /** System groups are not among them: their ids are `systemGroup`, and who is in them follows from the roles. */
  readonly groups: ReadonlyMap<number, Group>
  readonly channels: ReadonlyMap<number, Channel>
  readonly messages: ReadonlyMap<number, Message>
  readonly realm: Realm
}

export const roles = { owner: 100, admin: 200, moderator: 300, member: 400, guest: 600 } as const
export type RoleNumber = (typeof roles)[keyof typeof roles]

export const systemGroup = {
  internet: 1,
  everyone: 2,
  members: 3,
  fullMembers: 4,
  moderators: 5,
  administrators: 6,
  owners: 7,
  nobody: 8,
} as const

export interface Person {
  readonly id: number
  readonly role: RoleNumber
  readonly active: boolean
  readonly joined: number
  /** Null for people. */
  readonly bot: {
    /** 1 generic, 2 incoming webhook. */
    readonly type: 1 | 2
    readonly owner: number
  } | null
  /** The operator lets it create accounts by API. */
  readonly createsUsers: boolean
}

export const groupPermissions = [
  'can_add_members_group',
  'can_join_group',
  'can_leave_group',
  'can_manage_group',
  'can_mention_group',
  'can_remove_members_group',
] as const
export interface Group {
  readonly id: number
  readonly members: readonly number[]
  /** System groups too. */
  readonly subgroups: readonly number[]
  readonly deactivated: boolean
  readonly permissions: Readonly<Record<(typeof groupPermissions)[number], number>>
}

export const channelPermissions = [
  'can_add_subscribers_group',
  'can_administer_channel_group',
  'can_move_messages_out_of_channel_group',
  'can_move_messages_within_channel_group',
  'can_remove_subscribers_group',
  'can_send_message_group',
  'can_subscribe_group',
] as const
export type ChannelPermission = (typeof channelPermissions)[number]
export interface Kind {
  readonly private: boolean
  readonly sharedHistory: boolean
  readonly webPublic: boolean
}
export interface Channel extends Kind {
  readonly id: number
  readonly archived: boolean
  /** Active subscriptions. */
  readonly subscribers: ReadonlySet<number>
  readonly permissions: Readonly<Record<ChannelPermission, number>>
}

export interface Message {
  readonly id: number
  readonly sender: number
  readonly sentAt: number
  /** Null for a direct message. */
  readonly channel: number | null
  /** Whom it came to, or who has it otherwise (`um`); of a direct message all its people. */
  readonly rows: ReadonlySet<number>
}

export const realmPermissions = [
  'can_access_all_users_group',
  'can_add_subscribers_group',
  'can_create_bots_group',
  'can_create_groups',
  'can_create_private_channel_group',
  'can_create_public_channel_group',
  'can_create_web_public_channel_group',
  'can_create_write_only_bots_group',
  'can_delete_any_message_group',
  'can_delete_own_message_group',
  'can_manage_all_groups',
  'can_mention_many_users_group',
  'can_move_messages_between_channels_group',
  'can_move_messages_between_topics_group',
  'can_resolve_topics_group',
  'direct_message_initiator_group',
  'direct_message_permission_group',
  'can_invite_users_group',
  'create_multiuse_invite_group',
] as const
export interface Realm {
  readonly permissions: Readonly<Record<(typeof realmPermissions)[number], number>>
  readonly waitingDays: number
  /** The server and the organisation let there be web-public channels. */
  readonly spectators: boolean
  readonly emailsRestricted: boolean
  readonly domains: readonly { readonly domain: string; readonly subdomains: boolean }[]
  readonly disposableRefused: boolean
  readonly inviteRequired: boolean
  readonly avatarsFixed: boolean
  readonly allowEditing: boolean
  /** Seconds; null: no limit. */
  readonly editLimit: number | null
  readonly deleteLimit: number | null
  readonly moveWithinLimit: number | null
  readonly moveBetweenLimit: number | null
}

/** Of these permissions guests may hold none; of all others they may (`allow_everyone_group`). */
export const neverGuests: ReadonlySet<string> = new Set([
  'can_add_subscribers_group',
  'can_create_bots_group',
  'can_create_groups',
  'can_create_private_channel_group',
  'can_create_public_channel_group',
  'can_create_web_public_channel_group',
  'can_create_write_only_bots_group',
  'can_delete_any_message_group',
  'can_invite_users_group',
  'create_multiuse_invite_group',
  'can_manage_all_groups',
  'can_move_messages_between_channels_group',
  'can_administer_channel_group',
  'can_move_messages_out_of_channel_group',
  'can_remove_subscribers_group',
  'can_subscribe_group',
  'can_add_members_group',
  'can_join_group',
  'can_manage_group',
  'can_remove_members_group',
])

/** What is asked, always of `by`, a person or bot of the organisation. */
export type Question = { readonly by: number } & (
  | {
      readonly act:
        | 'channel:know'
        | 'channel:view'
        | 'channel:find'
        | 'channel:read'
        | 'channel:subscribe'
        | 'channel:add-subscribers'
        | 'channel:delete-topic'
        | 'channel:send'
      readonly channel: number
    }
  | { readonly act: 'channel:unsubscribe'; readonly channel: number; readonly subject: number }
  | { readonly act: 'channel:create'; readonly kind: Kind }
  | {
      readonly act: 'channel:change'
      readonly channel: number
      /** The kind it shall get, its archiving, whether it is a default, how long it keeps messages, and permissions. */
      readonly kind: Kind | null
      readonly archive: boolean | null
      readonly byDefault: boolean
      readonly retention: boolean
      readonly permissions: readonly ChannelPermission[]
    }
  | {
      readonly act:
        | 'message:read'
        | 'message:look'
        | 'message:react'
        | 'message:edit'
        | 'message:delete'
        | 'message:resolve'
        | 'message:move-topic'
      readonly message: number
    }
  | { readonly act: 'message:move-channel'; readonly message: number; readonly target: number }
  /** `people`: all of the conversation, the sender among them; `begun`: has it a message already? */
  | { readonly act: 'direct:send'; readonly people: readonly number[]; readonly begun: boolean }
  | { readonly act: 'mention-all'; readonly audience: number }
  | {
      readonly act:
        | 'user:see'
        | 'user:deactivate'
        | 'user:reactivate'
        | 'user:rename'
        | 'bot:end'
        | 'bot:manage'
      readonly user: number
    }
  | { readonly act: 'user:set-role'; readonly user: number; readonly role: RoleNumber }
  | { readonly act: 'user:leave' | 'self:depict' }
  | { readonly act: 'user:create'; readonly role: RoleNumber; readonly email: string }
  /** `comes`: with which address somebody comes in by it now; null where it is only given. `by` invited. */
  | {
      readonly act: 'invite'
      readonly multiuse: boolean
      readonly role: RoleNumber
      readonly welcomes: boolean
      readonly comes: string | null
    }
  | { readonly act: 'invitation:manage'; readonly inviter: number; readonly role: RoleNumber }
  | { readonly act: 'bot:create'; readonly type: 1 | 2 }
  | { readonly act: 'group:read' | 'group:create' }
  | { readonly act: 'group:edit'; readonly group: number }
  | {
      readonly act: 'group:change-members'
      readonly group: number
      readonly adds: 'nobody' | 'oneself' | 'others'
      readonly removes: 'nobody' | 'oneself' | 'others'
    }
)

/** `hide`: refused, and answered as if there were no such thing. `refuse`: refused; whether it is hidden the rules do not say. */
export type Answer = 'allow' | 'deny' | 'hide' | 'refuse'
