import type { OrgId, UserId } from '@parley/core'
import { type Actor, isAdmin, isGuest } from '../actor.ts'
import { allowIf, type Decision, deny, hide } from '../decision.ts'
import { holdsOfRealm } from '../held.ts'

/** An emoji of an organisation's own. */
export interface EmojiFacts {
  readonly orgId: OrgId
  readonly emojiId: number
  readonly authorId: UserId
}

/** Adding one: people whom the organisation lets. The name of an emoji that everybody has is for administrators to give. */
export function emojiAdd(actor: Actor, { hidesBuiltIn }: { readonly hidesBuiltIn: boolean }): Decision {
  if (actor.isBot) return deny('people-only')
  if (isGuest(actor)) return deny('guests-may-not')
  if (!holdsOfRealm(actor, 'can_add_custom_emoji_group')) return deny('not-permitted')
  return allowIf(!hidesBuiltIn || isAdmin(actor), deny('admins-only'))
}

/** Taking one out of use: who added it, and administrators. */
export function emojiDeactivate(actor: Actor, { orgId, authorId }: EmojiFacts): Decision {
  if (orgId !== actor.orgId) return hide('other-org')
  return allowIf(isAdmin(actor) || authorId === actor.userId, deny('not-own'))
}
