import { type Actor, isAdmin } from '../actor.ts'
import { allowIf, type Decision, deny } from '../decision.ts'

/** Making, changing and ordering folders of channels: administrators. Which folder a channel is in is the channel's. */
export const folderChange = (actor: Actor): Decision => allowIf(isAdmin(actor), deny('admins-only'))
