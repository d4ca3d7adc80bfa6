import { type GroupId, groupId } from '@parley/core'
import { type SystemGroupName, systemGroupId } from './system-groups.ts'

/** What a permission may be set to, and what it is set to at first (Zulip API: server_supported_permission_settings). */
export interface PermissionSetting {
  readonly require_system_group: boolean
  readonly allow_internet_group: boolean
  readonly allow_nobody_group: boolean
  /** May guests hold it? Where not, no group gives it to one. */
  readonly allow_everyone_group: boolean
  readonly default_group_name: string
  readonly default_for_system_groups: string | null
  readonly allowed_system_groups: readonly string[]
}

const setting = (
  default_group_name: SystemGroupName | 'channel_creator' | 'group_creator',
  options: Partial<PermissionSetting> = {},
): PermissionSetting => ({
  require_system_group: false,
  allow_internet_group: false,
  allow_nobody_group: true,
  allow_everyone_group: false,
  default_group_name,
  default_for_system_groups: null,
  allowed_system_groups: [],
  ...options,
})
/** Guests may hold it too. */
const withGuests = { allow_everyone_group: true }
const notNobody = { allow_nobody_group: false }

const realm = {
  create_multiuse_invite_group: setting('role:administrators'),
  can_access_all_users_group: setting('role:everyone', {
    ...withGuests,
    ...notNobody,
    require_system_group: true,
    allowed_system_groups: ['role:everyone', 'role:members'],
  }),
  can_add_custom_emoji_group: setting('role:members', notNobody),
  can_add_subscribers_group: setting('role:members'),
  can_create_bots_group: setting('role:members'),
  can_create_groups: setting('role:members', notNobody),
  can_create_public_channel_group: setting('role:members', notNobody),
  can_create_private_channel_group: setting('role:members', notNobody),
  can_create_web_public_channel_group: setting('role:owners', {
    require_system_group: true,
    allowed_system_groups: ['role:moderators', 'role:administrators', 'role:owners', 'role:nobody'],
  }),
  can_create_write_only_bots_group: setting('role:members'),
  can_delete_any_message_group: setting('role:administrators', notNobody),
  can_delete_own_message_group: setting('role:everyone', withGuests),
  can_invite_users_group: setting('role:members'),
  can_manage_all_groups: setting('role:owners', notNobody),
  can_manage_billing_group: setting('role:administrators', notNobody),
  can_mention_many_users_group: setting('role:administrators', withGuests),
  can_move_messages_between_channels_group: setting('role:members'),
  can_move_messages_between_topics_group: setting('role:everyone', withGuests),
  can_resolve_topics_group: setting('role:everyone', withGuests),
  can_set_delete_message_policy_group: setting('role:moderators'),
  can_set_topics_policy_group: setting('role:members', withGuests),
  can_summarize_topics_group: setting('role:everyone', withGuests),
  direct_message_initiator_group: setting('role:everyone', withGuests),
  direct_message_permission_group: setting('role:everyone', withGuests),
}

const stream = {
  can_add_subscribers_group: setting('role:nobody'),
  can_administer_channel_group: setting('channel_creator'),
  can_create_topic_group: setting('role:everyone', withGuests),
  can_delete_any_message_group: setting('role:nobody'),
  can_delete_own_message_group: setting('role:nobody', withGuests),
  can_move_messages_out_of_channel_group: setting('role:nobody'),
  can_move_messages_within_channel_group: setting('role:nobody', withGuests),
  can_remove_subscribers_group: setting('role:administrators'),
  can_resolve_topics_group: setting('role:nobody', withGuests),
  can_send_message_group: setting('role:everyone', withGuests),
  can_subscribe_group: setting('role:nobody'),
}

const ofSystemGroups = { default_for_system_groups: 'role:nobody' }
const group = {
  can_add_members_group: setting('group_creator', ofSystemGroups),
  can_join_group: setting('role:nobody', ofSystemGroups),
  can_leave_group: setting('role:everyone', { ...ofSystemGroups, ...withGuests }),
  can_manage_group: setting('group_creator', ofSystemGroups),
  can_mention_group: setting('role:everyone', { ...ofSystemGroups, ...withGuests }),
  can_remove_members_group: setting('role:nobody', ofSystemGroups),
}

export const permissionSettings = { realm, stream, group }

const isSystemGroup = (name: string): name is SystemGroupName => Object.hasOwn(systemGroupId, name)

export type RealmGroupSetting = keyof typeof realm
/** The group that each permission of the organisation is given to. */
export type RealmGroups = Readonly<Record<RealmGroupSetting, GroupId>>

// The keys are those of `realm`.
export const realmGroupSettings = Object.keys(realm) as readonly RealmGroupSetting[]

const groupsOf = (name: (setting: PermissionSetting) => string): RealmGroups =>
  Object.fromEntries(
    Object.entries(realm).map(([key, setting]) => {
      const group = name(setting)
      return [key, groupId(systemGroupId[isSystemGroup(group) ? group : 'role:nobody'])]
    }),
    // The keys are those of `realm`.
  ) as RealmGroups

/** What an organisation begins with. */
export const defaultRealmGroups: RealmGroups = groupsOf((setting) => setting.default_group_name)

/** For accounts that are looked at and do not act: they hold nothing. */
export const noRealmGroups: RealmGroups = groupsOf(() => 'role:nobody')

/** All of them, with what an organisation gave to other groups than at first. */
export const realmGroupsWith = (given: Readonly<Record<string, GroupId>>): RealmGroups =>
  Object.keys(given).length === 0 ? defaultRealmGroups : { ...defaultRealmGroups, ...given }

/** Only owners give these to others (permissions §7): they say who comes in, and who is in groups. */
export const ownersSetRealmGroups: readonly RealmGroupSetting[] = [
  'can_create_groups',
  'can_invite_users_group',
  'can_manage_all_groups',
  'can_manage_billing_group',
  'create_multiuse_invite_group',
]
