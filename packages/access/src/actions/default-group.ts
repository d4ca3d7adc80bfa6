import { type Actor, isAdmin } from '../actor.ts'
import { allowIf, type Decision, deny } from '../decision.ts'

/** Groups of default channels (permissions §6): administrators. Which channels may be in one is a matter of each channel. */
export const defaultGroupChange = (actor: Actor): Decision => allowIf(isAdmin(actor), deny('admins-only'))
