import { type Actor, isAdmin, isOwner } from '../actor.ts'
import { allow, type Decision, deny } from '../decision.ts'

/** Changing what the organisation set about itself: administrators; what decides who comes in and what stays, owners. */
export function organisationChange(actor: Actor, { ownersOnly }: { readonly ownersOnly: boolean }): Decision {
  if (!isAdmin(actor)) return deny('admins-only')
  return ownersOnly && !isOwner(actor) ? deny('owners-only') : allow()
}
