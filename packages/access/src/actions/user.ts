import { type Actor, isAdmin, isGuest, isOperator, isOwner, role, type Role } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { AccountFacts, UserFacts } from '../facts.ts'
import { addressComesIn, type AddressFacts } from './address.ts'
import { aboveOwner, botCreate, standsAbove } from './bot.ts'

/** An account that somebody wants to make. */
export interface NewUser {
  readonly role: Role
  readonly operatorAllows: boolean
  readonly address: AddressFacts
}

/**
 * Creating accounts by API: administrators whom the operator allowed it; only owners make owners. Which addresses come in is
 * the organisation's to say, and binds everybody in it, but not the operator.
 */
export function userCreate(actor: Actor, wanted: NewUser): Decision {
  if (isOperator(actor)) return allow()
  if (!isAdmin(actor)) return deny('admins-only')
  if (!wanted.operatorAllows) return deny('operator-must-allow')
  if (wanted.role === role.owner && !isOwner(actor)) return deny('owners-only')
  return addressComesIn(wanted.address)
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

/** Ending one's own account: people; bots have a door of their own. Never the last owner. */
export function userLeave(actor: Actor, own: UserFacts): Decision {
  if (actor.isBot) return deny('people-only')
  return own.isLastOwner ? deny('last-owner') : allow()
}

/**
 * Taking an account into use again: administrators; owners only by owners, or an administrator could undo what only an
 * owner may do. A bot only by whoever may make one of its kind, while its owner is in use and not below it.
 */
export function userReactivate(actor: Actor, target: AccountFacts): Decision {
  if (!isAdmin(actor)) return deny('admins-only')
  if (target.orgId !== actor.orgId || (target.isBot && !target.bot)) return hide('unknown-user')
  if (target.role === role.owner && !isOwner(actor)) return deny('owners-only')
  if (!target.bot) return allow()
  if (standsAbove(actor, target)) return deny('owners-only')
  const makes = botCreate(actor, target.bot)
  if (!makes.ok) return makes
  if (!target.bot.owner.isActive) return deny('recipient-inactive')
  return allowIf(!aboveOwner(target.bot, target.role), deny('above-owner'))
}

/** An account that is named, or said something of; where it is a bot, as one where that counts. */
export type NamedAccount = UserFacts & Partial<Pick<AccountFacts, 'bot'>>

/**
 * Naming another account: administrators, and whoever owns the bot; a bot that creates accounts only owners. Who may not do it
 * learns nothing about the account.
 */
export function userRename(actor: Actor, target: NamedAccount): Decision {
  const ownBot = target.isBot && target.botOwnerId === actor.userId && target.orgId === actor.orgId
  if (!isAdmin(actor) && !ownBot) return deny('admins-only')
  if (isGuest(actor)) return deny('guests-may-not')
  if (target.orgId !== actor.orgId) return hide('unknown-user')
  // Bots have no say over bots.
  if (target.isBot && actor.isBot) return deny('people-only')
  return allowIf(!standsAbove(actor, target), deny('owners-only'))
}

/**
 * Giving an account another role: administrators; to and from owner only owners, so that nobody gives a role above their
 * own; the last owner stays one, and no bot stands above its owner.
 */
export function userSetRole(
  actor: Actor,
  { target, role: wanted }: { readonly target: AccountFacts; readonly role: Role },
): Decision {
  if (!isAdmin(actor)) return deny('admins-only')
  if (target.orgId !== actor.orgId) return hide('unknown-user')
  if (target.isBot && actor.isBot) return deny('people-only')
  if ((target.role === role.owner || wanted === role.owner) && !isOwner(actor)) return deny('owners-only')
  if (standsAbove(actor, target)) return deny('owners-only')
  if (aboveOwner(target.bot, wanted)) return deny('above-owner')
  return target.isLastOwner && wanted !== role.owner ? deny('last-owner') : allow()
}

/** Saying that one is there: people only. */
export function selfBeThere(actor: Actor): Decision {
  return allowIf(!actor.isBot, deny('people-only'))
}

/** Setting things for oneself: people only. */
export function selfSet(actor: Actor): Decision {
  return allowIf(!actor.isBot, deny('people-only'))
}

/** Giving oneself a picture: people, where the organisation lets everybody; administrators always. */
export function selfDepict(actor: Actor, { disabled }: { readonly disabled: boolean }): Decision {
  if (actor.isBot) return deny('people-only')
  return allowIf(!disabled || isAdmin(actor), deny('admins-only'))
}

/** Filling in one's profile: people only. */
export function selfDescribe(actor: Actor): Decision {
  return allowIf(!actor.isBot, deny('people-only'))
}

/** Another address for one's own account. */
export interface NewAddress {
  /** Do people keep their addresses (Zulip API: email_changes_disabled)? */
  readonly kept: boolean
  readonly address: AddressFacts
}

/** Taking it: people; where addresses are kept, administrators alone. It is one that comes in, as for new accounts. */
export function selfReaddress(actor: Actor, { kept, address }: NewAddress): Decision {
  if (actor.isBot) return deny('people-only')
  return kept && !isAdmin(actor) ? deny('address-kept') : addressComesIn(address)
}
