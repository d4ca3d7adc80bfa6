import { type Actor, isAdmin, isOperator, isOwner } from '../actor.ts'
import { allow, allowIf, type Decision, deny } from '../decision.ts'

/** Changing what the organisation set about itself: administrators; what decides who comes in and what stays, owners. */
export function organisationChange(actor: Actor, { ownersOnly }: { readonly ownersOnly: boolean }): Decision {
  if (!isAdmin(actor)) return deny('admins-only')
  return ownersOnly && !isOwner(actor) ? deny('owners-only') : allow()
}

/** Taking the organisation out of use, with every credential that there is: its owners, in person, and the operator. */
export function organisationEnd(actor: Actor): Decision {
  return actor.isBot ? deny('people-only') : organisationChange(actor, { ownersOnly: true })
}

/** Taking it into use again: nobody of it can ask for that, so it is the operator's. */
export const organisationRestore = (actor: Actor): Decision => allowIf(isOperator(actor), deny('server-only'))
