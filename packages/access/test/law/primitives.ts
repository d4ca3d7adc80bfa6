/** Section 0 of the rules: roles, groups and `has`. A file of the oracle; it reads nothing of the library. */
import { neverGuests, type Organisation, type Person, roles, systemGroup } from './organisation.ts'

const day = 24 * 60 * 60

export const isOwner = (u: Person): boolean => u.role === roles.owner
export const isAdmin = (u: Person): boolean => u.role <= roles.admin
export const isModerator = (u: Person): boolean => u.role <= roles.moderator
export const isGuest = (u: Person): boolean => u.role === roles.guest
export const isBot = (u: Person): boolean => u.bot !== null

/** ADR 28: a day is 24 hours, from the very moment on; where nobody waits no clock is asked. ADR 33: bots wait with their owners. */
function isFullMember(o: Organisation, u: Person): boolean {
  if (isGuest(u)) return false
  if (isModerator(u) || o.realm.waitingDays === 0) return true
  const waits = (p: Person): boolean => o.now - p.joined < o.realm.waitingDays * day
  const owner = u.bot === null ? undefined : o.people.get(u.bot.owner)
  return !waits(u) && (owner === undefined || isModerator(owner) || !waits(owner))
}

function inSystemGroup(o: Organisation, u: Person, group: number): boolean {
  switch (group) {
    case systemGroup.internet:
    case systemGroup.everyone:
      return true
    case systemGroup.members:
      return !isGuest(u)
    case systemGroup.fullMembers:
      return isFullMember(o, u)
    case systemGroup.moderators:
      return isModerator(u)
    case systemGroup.administrators:
      return isAdmin(u)
    case systemGroup.owners:
      return isOwner(u)
    default:
      return false
  }
}

export function isSystemGroup(group: number): boolean {
  return Object.values<number>(systemGroup).includes(group)
}

/** `members(G)`: deactivated people are in no group; deactivated groups still count where they are referenced. */
export function inGroup(o: Organisation, u: Person, group: number): boolean {
  const seen = new Set<number>()
  const within = (id: number): boolean => {
    if (seen.has(id)) return false
    seen.add(id)
    if (isSystemGroup(id)) return inSystemGroup(o, u, id)
    const found = o.groups.get(id)
    return found !== undefined && (found.members.includes(u.id) || found.subgroups.some(within))
  }
  return u.active && within(group)
}

/** Is it given to this account by the group that `table` names for it? */
export function has<Name extends string>(
  o: Organisation,
  u: Person,
  name: Name,
  table: Readonly<Record<Name, number>>,
): boolean {
  return !(neverGuests.has(name) && isGuest(u)) && inGroup(o, u, table[name])
}

/** Of the organisation's own permissions. */
export function hasInRealm(
  o: Organisation,
  u: Person,
  name: keyof Organisation['realm']['permissions'],
): boolean {
  return has(o, u, name, o.realm.permissions)
}

export function ownerOf(o: Organisation, bot: Person): Person | undefined {
  return bot.bot === null ? undefined : o.people.get(bot.bot.owner)
}
