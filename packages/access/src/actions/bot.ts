import { groupId } from '@parley/core'
import { type Actor, isAdmin, isGuest, isOwner, type Role } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { AccountFacts, BotFacts } from '../facts.ts'
import { holdsOfRealm } from '../held.ts'
import { any, atom, holds, type Predicate } from '../predicate.ts'
import { systemGroupId } from '../system-groups.ts'

/** Kinds of bots (Zulip API: `bot_type`). */
export const botType = { generic: 1, incomingWebhook: 2, outgoingWebhook: 3, embedded: 4 } as const

/** Whoever has a bot is a person, and no guest. */
function keepsBots(actor: Actor): Decision {
  if (actor.isBot) return deny('people-only')
  return allowIf(!isGuest(actor), deny('guests-may-not'))
}

/** Looking at one's own bots. */
export const botList = keepsBots

/** Making bots; those that only send messages may be made by more people. */
export function botCreate(actor: Actor, wanted: { readonly type: number }): Decision {
  const keeps = keepsBots(actor)
  if (!keeps.ok) return keeps
  const sendsOnly = wanted.type === botType.incomingWebhook
  const may =
    holdsOfRealm(actor, 'can_create_bots_group') ||
    (sendsOnly && holdsOfRealm(actor, 'can_create_write_only_bots_group'))
  return allowIf(may, deny('not-permitted'))
}

export type BotAtom = 'admin' | 'own'

/** Who has the say over a bot, and is told what only its owner needs to know. */
export const botManaged: Predicate<BotAtom> = any(atom('admin'), atom('own'))

/** May this bot do what the actor may not? Whoever has the say over it could get its key. */
export const standsAbove = (
  actor: Actor,
  { role, bot }: Pick<AccountFacts, 'role'> & Partial<Pick<AccountFacts, 'bot'>>,
): boolean => Boolean(bot) && (role < actor.role || (bot?.createsUsers === true && !isOwner(actor)))

/**
 * Ending a bot: its owner and administrators; none that stands above oneself. For all others there is none; people are
 * ended elsewhere.
 */
export function botEnd(actor: Actor, target: AccountFacts): Decision {
  if (target.orgId !== actor.orgId || !target.bot) return hide('unknown-bot')
  const atoms = { admin: isAdmin(actor), own: target.botOwnerId === actor.userId }
  if (!holds(botManaged, atoms)) return hide('unknown-bot')
  return allowIf(!standsAbove(actor, target), deny('owners-only'))
}

/** Changing a bot: whoever may end it, as long as they may have bots at all. */
export function botManage(actor: Actor, target: AccountFacts): Decision {
  const keeps = keepsBots(actor)
  return keeps.ok ? botEnd(actor, target) : keeps
}

/** A bot is never above its owner. */
export const aboveOwner = (bot: BotFacts | null, wanted: Role): boolean =>
  bot !== null && wanted < bot.owner.role

/** Giving a bot another role: none above one's own or its owner's. */
export function botSetRole(
  actor: Actor,
  { target, role }: { readonly target: AccountFacts; readonly role: Role },
): Decision {
  const may = botManage(actor, target)
  if (!may.ok) return may
  if (role < actor.role) return deny('above-own')
  return allowIf(!aboveOwner(target.bot, role), deny('above-owner'))
}

/**
 * Giving a bot to somebody: a person in use who may make one of its kind, and whom it does not stand above.
 * Nor does it become of age before them: where members wait, a full one is for full ones only.
 * @param given `to`: as who acts; null where the organisation has no such account. `full`: is the bot a full member?
 */
export function botGive(
  actor: Actor,
  { target, to, full }: { readonly target: AccountFacts; readonly to: Actor | null; readonly full: boolean },
): Decision {
  const may = botManage(actor, target)
  if (!may.ok) return may
  if (!to || to.orgId !== actor.orgId) return deny('unknown-user')
  if (to.isBot) return deny('bots-may-not')
  if (!to.isActive) return deny('recipient-inactive')
  if (!target.bot || !botCreate(to, target.bot).ok) return deny('not-permitted')
  const waits = !to.groups.has(groupId(systemGroupId['role:fullmembers']))
  return target.role < to.role || (full && waits) ? deny('above-owner') : allow()
}

/** What only bots may do: keeping data of their own. */
export const selfStore = (actor: Actor): Decision => allowIf(actor.isBot, deny('bots-only'))
