/** Section 7 of the rules: groups. All of their endpoints are refused to guests and bots. */
import type { Answer, Group, Organisation, Person } from './organisation.ts'
import { has, hasInRealm, isBot, isGuest } from './primitives.ts'

type Who = 'nobody' | 'oneself' | 'others'

const isPerson = (u: Person): boolean => !isGuest(u) && !isBot(u)

export function read(u: Person): Answer {
  return isPerson(u) ? 'allow' : 'refuse'
}

export function create(o: Organisation, u: Person): Answer {
  return isPerson(u) && hasInRealm(o, u, 'can_create_groups') ? 'allow' : 'refuse'
}

function manages(o: Organisation, u: Person, g: Group): boolean {
  return hasInRealm(o, u, 'can_manage_all_groups') || has(o, u, 'can_manage_group', g.permissions)
}

/** ADR 13: changing a deactivated group in any way is refused. */
export function edit(o: Organisation, u: Person, g: Group): Answer {
  return isPerson(u) && !g.deactivated && manages(o, u, g) ? 'allow' : 'refuse'
}

/** `nobody` asks for no right. */
export function changeMembers(o: Organisation, u: Person, g: Group, adds: Who, removes: Who): Answer {
  if (!isPerson(u) || g.deactivated) return 'refuse'
  if (manages(o, u, g)) return 'allow'
  const mayAdd =
    adds === 'nobody' ||
    has(o, u, 'can_add_members_group', g.permissions) ||
    (adds === 'oneself' && has(o, u, 'can_join_group', g.permissions))
  const mayRemove =
    removes === 'nobody' ||
    has(o, u, 'can_remove_members_group', g.permissions) ||
    (removes === 'oneself' && has(o, u, 'can_leave_group', g.permissions))
  return mayAdd && mayRemove ? 'allow' : 'refuse'
}
