import type { OrgId, UserId } from '@parley/core'
import { type Actor, isGuestRole } from '../actor.ts'
import { allowIf, type Decision, deny, hide } from '../decision.ts'
import type { RealmGroups } from '../permission-settings.ts'
import { any, atom, holds, type Predicate } from '../predicate.ts'
import { systemGroupId } from '../system-groups.ts'

/** What decides whether one account sees another. */
export interface SightFacts {
  readonly orgId: OrgId
  readonly userId: UserId
  readonly isBot: boolean
  /** Are they in one channel in use, or in one direct conversation that was begun? Looked up only for who does not see everybody. */
  readonly met: boolean
}

export type SightAtom = 'everybody' | 'self' | 'bot' | 'met'

/** Who is seen with name, address, picture, profile, presence and status (permissions §7, see users). */
export const userSight: Predicate<SightAtom> = any(atom('everybody'), atom('self'), atom('bot'), atom('met'))

/** Are there people in the organisation that its guests do not see? */
export const limitsGuests = (groups: Pick<RealmGroups, 'can_access_all_users_group'>): boolean =>
  Number(groups.can_access_all_users_group) !== systemGroupId['role:everyone']

/** Does an account see everybody? The permission can be given to everyone or to members, and guests are no members. */
export const seesEverybody = ({ role, realmGroups }: Pick<Actor, 'role' | 'realmGroups'>): boolean =>
  !isGuestRole(role) || !limitsGuests(realmGroups)

/** Seeing who somebody is. That there is somebody of that id is no secret: lists have a placeholder for them. */
export function userSee(actor: Actor, other: SightFacts): Decision {
  if (other.orgId !== actor.orgId) return hide('other-org')
  const atoms: Record<SightAtom, boolean> = {
    everybody: seesEverybody(actor),
    self: other.userId === actor.userId,
    bot: other.isBot,
    met: other.met,
  }
  return allowIf(holds(userSight, atoms), deny('not-met'))
}
