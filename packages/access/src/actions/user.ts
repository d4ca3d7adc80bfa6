import { type Actor, isAdmin, isOperator, isOwner, role, type Role } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { UserFacts } from '../facts.ts'

/** Creating accounts by API: administrators whom the operator allowed it; only owners make owners. */
export function userCreate(
  actor: Actor,
  wanted: { readonly role: Role; readonly operatorAllows: boolean },
): Decision {
  if (!isAdmin(actor)) return deny('admins-only')
  if (!wanted.operatorAllows && !isOperator(actor)) return deny('operator-must-allow')
  return allowIf(wanted.role !== role.owner || isOwner(actor), deny('owners-only'))
}

/**
 * Deactivating another: administrators; owners only by owners; never the last owner; bots have a door of their own.
 * Who may not do it learns nothing about the account.
 */
export function userDeactivate(actor: Actor, target: UserFacts): Decision {
  if (!isAdmin(actor)) return deny('admins-only')
  if (target.orgId !== actor.orgId || target.isBot) return hide('unknown-user')
  if (target.role === role.owner && !isOwner(actor)) return deny('owners-only')
  return target.isLastOwner ? deny('last-owner') : allow()
}
