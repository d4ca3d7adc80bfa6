/** Section 7 of the rules: bots, with ADR 33. */
import type { Answer, Organisation, Person } from './organisation.ts'
import { hasInRealm, isAdmin, isBot, isGuest, isOwner, ownerOf } from './primitives.ts'

/**
 * Never guests, never bots. Those that only send may also be made by whom `can_create_write_only_bots_group` names: it lets more
 * people make less, as the permission's own description says.
 */
export function createBot(o: Organisation, u: Person, type: 1 | 2): Answer {
  if (isGuest(u) || isBot(u)) return 'refuse'
  if (hasInRealm(o, u, 'can_create_bots_group')) return 'allow'
  return type === 2 && hasInRealm(o, u, 'can_create_write_only_bots_group') ? 'allow' : 'refuse'
}

/** Its owner, or an administrator; nobody where nobody owns it (ADR 33). */
function hasSay(o: Organisation, u: Person, bot: Person): boolean {
  const owner = ownerOf(o, bot)
  return owner !== undefined && (owner.id === u.id || isAdmin(u))
}

/**
 * One that stands above an administrator who does not own it, or creates accounts: owners of the organisation only; for
 * ending it too (the stricter reading). Administrators know of every bot, so it is refused, not hidden.
 */
const isTooPowerful = (o: Organisation, u: Person, bot: Person): boolean =>
  (bot.createsUsers && !isOwner(u)) || (bot.role < u.role && ownerOf(o, bot)?.id !== u.id)

/** Guests may end their bots and change nothing of them (ADR 33); the endpoint is refused to bots. */
export function mayManage(o: Organisation, u: Person, bot: Person): boolean {
  return !isGuest(u) && !isBot(u) && hasSay(o, u, bot) && !isTooPowerful(o, u, bot)
}

/** The endpoint is refused to guests and bots whatever they name. */
export function manage(o: Organisation, u: Person, bot: Person): Answer {
  if (isGuest(u) || isBot(u)) return 'refuse'
  // ADR 33: "No such bot", as for an id of nobody's and of a person.
  if (!isBot(bot) || !hasSay(o, u, bot)) return 'hide'
  return isTooPowerful(o, u, bot) ? 'refuse' : 'allow'
}

export function end(o: Organisation, u: Person, bot: Person): Answer {
  if (!isBot(bot) || !hasSay(o, u, bot)) return 'hide'
  return isTooPowerful(o, u, bot) ? 'refuse' : 'allow'
}

/**
 * ADR 33, which came after ADR 14's refusal: by an administrator who may make one of its kind, while its owner is in use.
 * One that would stand above its owner stays ended ("do not come back above their owner", the stricter reading).
 */
export function reactivateBot(o: Organisation, u: Person, bot: Person, type: 1 | 2): Answer {
  const owner = ownerOf(o, bot)
  if (createBot(o, u, type) !== 'allow' || !isAdmin(u) || bot.role < u.role) return 'refuse'
  if (isTooPowerful(o, u, bot)) return 'refuse'
  return owner !== undefined && owner.active && bot.role >= owner.role ? 'allow' : 'refuse'
}
