import { type Actor, isAdmin, isOwner, role, type Role } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { UserFacts } from '../facts.ts'

/** Creating accounts by API: administrators; only owners make owners. */
export function userCreate(actor: Actor, wanted: { readonly role: Role }): Decision {
  if (!isAdmin(actor)) return deny('admins-only')
  return allowIf(wanted.role !== role.owner || isOwner(actor), deny('owners-only'))
}

/** Deactivating another: administrators; owners only by owners; never the last owner. */
export function userDeactivate(actor: Actor, target: UserFacts): Decision {
  if (target.orgId !== actor.orgId) return hide('unknown-user')
  if (!isAdmin(actor)) return deny('admins-only')
  if (target.role === role.owner && !isOwner(actor)) return deny('owners-only')
  return target.isLastOwner ? deny('last-owner') : allow()
}
