import { type GroupId, groupId } from '@parley/core'
import { type Role, role } from './role.ts'

/**
 * The groups every organisation has, by role (Zulip API: system groups). Their ids are the same in every
 * organisation; ids of groups that people make start at `firstOwnGroupId`.
 */
export const systemGroupId = {
  'role:internet': 1,
  'role:everyone': 2,
  'role:members': 3,
  'role:fullmembers': 4,
  'role:moderators': 5,
  'role:administrators': 6,
  'role:owners': 7,
  'role:nobody': 8,
} as const
export type SystemGroupName = keyof typeof systemGroupId
export type SystemGroupId = (typeof systemGroupId)[SystemGroupName]
export const firstOwnGroupId = 101

export interface SystemGroup {
  readonly id: SystemGroupId
  readonly name: SystemGroupName
  readonly description: string
  /** The role whose accounts it names directly, of members the full ones; null where only its subgroups have people. */
  readonly directRole: Role | null
  readonly subgroups: readonly SystemGroupId[]
}

const group = (
  name: SystemGroupName,
  description: string,
  directRole: Role | null,
  subgroup: SystemGroupName | null,
): SystemGroup => ({
  id: systemGroupId[name],
  name,
  description,
  directRole,
  subgroups: subgroup ? [systemGroupId[subgroup]] : [],
})

/** Every system group, each holding the next stronger one. Of members it names, that of all names those who still wait. */
export const systemGroups: readonly SystemGroup[] = [
  group('role:internet', 'Everyone on the Internet', null, 'role:everyone'),
  group('role:everyone', 'All users of this organization, including guests', role.guest, 'role:members'),
  group('role:members', 'All users of this organization, not including guests', null, 'role:fullmembers'),
  group(
    'role:fullmembers',
    'All members of this organization, not including new accounts and guests',
    role.member,
    'role:moderators',
  ),
  group(
    'role:moderators',
    'Moderators of this organization, including administrators',
    role.moderator,
    'role:administrators',
  ),
  group(
    'role:administrators',
    'Administrators of this organization, including owners',
    role.admin,
    'role:owners',
  ),
  group('role:owners', 'Owners of this organization', role.owner, null),
  group('role:nobody', 'Nobody', null, null),
]

const weakest: Readonly<Record<SystemGroupId, number>> = {
  1: role.guest,
  2: role.guest,
  3: role.member,
  4: role.member,
  5: role.moderator,
  6: role.admin,
  7: role.owner,
  8: 0,
}

const dayMs = 86_400_000
/** Longer waiting periods are as long as this one, in days: dates end. */
const longestWait = 10_000_000

/**
 * From when on a member is a full one; null where nobody waits. Whole days count, whatever a calendar says.
 * @param joined milliseconds since the Unix epoch, as is what is returned
 * @param waitingDays the organisation's `waiting_period_threshold`
 */
export const fullFrom = (joined: number, waitingDays: number): number | null =>
  waitingDays <= 0 ? null : joined + Math.min(waitingDays, longestWait) * dayMs

/** Is an account of this role a full member then? Moderators are at once, guests never. */
export function isFullMember(accountRole: Role, from: number | null, now: number): boolean {
  if (accountRole !== role.member) return accountRole < role.member
  return from === null || now >= from
}

/**
 * Is an active account of this role in the group, directly or through its subgroups?
 * @param full is a member a full one?
 */
export const roleIsIn = (accountRole: Role, id: SystemGroupId, full = true): boolean =>
  accountRole <= weakest[id] &&
  (full || accountRole < role.member || id !== systemGroupId['role:fullmembers'])

/** Ids of every system group that an active account of this role is in. @param full is a member a full one? */
export const systemGroupsOf = (accountRole: Role, full = true): ReadonlySet<GroupId> =>
  new Set(systemGroups.filter((g) => roleIsIn(accountRole, g.id, full)).map((g) => groupId(g.id)))

/**
 * Who a permission is given to (Zulip API: group-setting value): one group, or people and groups named in place.
 * An object with no people and one group is written as that group's id.
 */
export type GroupSetting =
  | number
  | { readonly direct_members: readonly number[]; readonly direct_subgroups: readonly number[] }
