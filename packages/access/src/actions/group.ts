import { type GroupId, groupId, type OrgId } from '@parley/core'
import { type Actor, isGuest } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import { has, holdsOfRealm } from '../held.ts'
import { permissionSettings } from '../permission-settings.ts'
import { systemGroupId } from '../system-groups.ts'

/** The permissions over a group that somebody may be given (Zulip API: user-group permission settings). */
export const groupPermissionSettings = [
  'can_add_members_group',
  'can_join_group',
  'can_leave_group',
  'can_manage_group',
  'can_mention_group',
  'can_remove_members_group',
] as const
export type GroupPermissionSetting = (typeof groupPermissionSettings)[number]
export type GroupPermissions = Readonly<Record<GroupPermissionSetting, GroupId>>

/** What decides about a group. */
export interface GroupFacts {
  readonly orgId: OrgId
  readonly groupId: GroupId
  /** One of the groups of roles, which nobody changes. */
  readonly system: boolean
  readonly deactivated: boolean
  /** The group that each permission over it is given to. */
  readonly permissions: GroupPermissions
}

/** Whom a change of members brings or takes: nobody, the actor alone, or others too. */
export type Whom = 'nobody' | 'oneself' | 'others'

/** A change of a group's members. */
export interface MembersChange {
  readonly group: GroupFacts
  readonly adds: Whom
  readonly removes: Whom
}

/** A group in use that a message names. */
export interface MentionedGroup {
  readonly orgId: OrgId
  readonly groupId: GroupId
  /** One of the groups of roles. */
  readonly system: boolean
  /** The group that mentioning it is given to. */
  readonly mentionedBy: GroupId
}

const { group: settings } = permissionSettings

/** Looking at groups by REST: never guests, who get them in `register`, nor bots. */
export function groupRead(actor: Actor): Decision {
  if (isGuest(actor)) return deny('guests-may-not')
  return actor.isBot ? deny('bots-may-not') : allow()
}

/** Making groups. */
export function groupCreate(actor: Actor): Decision {
  const reads = groupRead(actor)
  if (!reads.ok) return reads
  return allowIf(holdsOfRealm(actor, 'can_create_groups'), deny('not-permitted'))
}

const holds = (actor: Actor, group: GroupFacts, name: GroupPermissionSetting): boolean =>
  has(actor, settings[name], group.permissions[name])

const manages = (actor: Actor, group: GroupFacts): boolean =>
  holdsOfRealm(actor, 'can_manage_all_groups') || holds(actor, group, 'can_manage_group')

/** What of a group decides for the actor, by name. */
export const groupAtoms = (actor: Actor, group: GroupFacts): Record<string, boolean> => ({
  system: group.system,
  deactivated: group.deactivated,
  guest: isGuest(actor),
  can_manage_all_groups: holdsOfRealm(actor, 'can_manage_all_groups'),
  ...Object.fromEntries(groupPermissionSettings.map((name) => [name, holds(actor, group, name)])),
})

/** What stands before any change of a group. */
function changeable(actor: Actor, group: GroupFacts): Decision {
  const reads = groupRead(actor)
  if (!reads.ok) return reads
  if (group.orgId !== actor.orgId) return hide('unknown-group')
  if (group.system) return deny('system-group')
  return group.deactivated ? deny('group-inactive') : allow()
}

/** Changing a group's name, description, permissions and subgroups, and deactivating it. */
export function groupEdit(actor: Actor, group: GroupFacts): Decision {
  const may = changeable(actor, group)
  return may.ok ? allowIf(manages(actor, group), deny('not-permitted')) : may
}

/** Bringing people into a group or taking them out. */
export function groupChangeMembers(actor: Actor, { group, adds, removes }: MembersChange): Decision {
  const may = changeable(actor, group)
  if (!may.ok || manages(actor, group)) return may
  const mayAdd =
    adds === 'nobody' ||
    holds(actor, group, 'can_add_members_group') ||
    (adds === 'oneself' && holds(actor, group, 'can_join_group'))
  const mayRemove =
    removes === 'nobody' ||
    holds(actor, group, 'can_remove_members_group') ||
    (removes === 'oneself' && holds(actor, group, 'can_leave_group'))
  return allowIf(mayAdd && mayRemove, deny('not-permitted'))
}

/** Mentioning a group, so that its members are told (permissions §3); silently anybody may. */
export function groupMention(actor: Actor, group: MentionedGroup): Decision {
  if (group.orgId !== actor.orgId) return hide('unknown-group')
  if (group.system) return deny('system-group')
  const may = actor.isSystemBot
    ? group.mentionedBy === groupId(systemGroupId['role:everyone'])
    : has(actor, settings.can_mention_group, group.mentionedBy)
  return allowIf(may, deny('not-permitted'))
}
