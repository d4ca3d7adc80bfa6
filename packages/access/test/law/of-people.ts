/** Section 7 of the rules: people. Where they are bots, `of-bots.ts` says what is asked of one's right to manage them. */
import { mayManage, reactivateBot } from './of-bots.ts'
import {
  type Answer,
  type Organisation,
  type Person,
  type Question,
  type RoleNumber,
  roles,
} from './organisation.ts'
import { hasInRealm, isAdmin, isBot, isGuest, isOwner, ownerOf } from './primitives.ts'

/** ADR 27: both in one channel in use, or both in one direct conversation. Who was deactivated is seen as before. */
function met(o: Organisation, u: Person, other: Person): boolean {
  const together = (ids: ReadonlySet<number>): boolean => ids.has(u.id) && ids.has(other.id)
  return (
    [...o.channels.values()].some((c) => !c.archived && together(c.subscribers)) ||
    [...o.messages.values()].some((m) => m.channel === null && together(m.rows))
  )
}

export function maySee(o: Organisation, u: Person, other: Person): boolean {
  if (!isGuest(u) || hasInRealm(o, u, 'can_access_all_users_group')) return true
  return u.id === other.id || isBot(other) || met(o, u, other)
}

/** "Insufficient permission" or as for nobody: ADR 27 has both, by endpoint. */
export function see(o: Organisation, u: Person, other: Person): Answer {
  return maySee(o, u, other) ? 'allow' : 'refuse'
}

/** The last one in use; bots do not count, whatever their role (silent in the rules, the stricter reading). */
function isLast(o: Organisation, u: Person, among: (p: Person) => boolean): boolean {
  if (isBot(u) || !u.active || !among(u)) return false
  return [...o.people.values()].filter((p) => p.active && !isBot(p) && among(p)).length === 1
}

/** Bots: "No such user". Oneself too: who is no administrator leaves by `DELETE /users/me` only. */
export function deactivate(o: Organisation, u: Person, other: Person): Answer {
  if (!maySee(o, u, other) || isBot(other)) return 'hide'
  const may = isAdmin(u) && (!isOwner(other) || isOwner(u)) && !isLast(o, other, isOwner)
  return may ? 'allow' : 'refuse'
}

/** ADR 14: bots are answered as if there were no such account. */
export function leave(o: Organisation, u: Person): Answer {
  if (isBot(u)) return 'hide'
  return isLast(o, u, isOwner) || isLast(o, u, () => true) ? 'refuse' : 'allow'
}

/** Own avatar: unless avatar_changes_disabled (administrators exempt). ADR 47: a bot's is its owner's to give. */
export function depict(o: Organisation, u: Person): Answer {
  return isBot(u) || (o.realm.avatarsFixed && !isAdmin(u)) ? 'refuse' : 'allow'
}

/** ADR 14: an owner by owners only; this is the stricter reading of "upstream has no owner check here". */
export function reactivate(o: Organisation, u: Person, other: Person): Answer {
  if (!maySee(o, u, other)) return 'hide'
  if (!isAdmin(u) || (isOwner(other) && !isOwner(u))) return 'refuse'
  return other.bot === null ? 'allow' : reactivateBot(o, u, other, other.bot.type)
}

export function rename(o: Organisation, u: Person, other: Person): Answer {
  if (!maySee(o, u, other)) return 'hide'
  const may = isBot(other) ? mayManage(o, u, other) : isAdmin(u)
  return may ? 'allow' : 'refuse'
}

/** From and to owner: by owners, bots too. ADR 33: a bot's role is at most its owner's, whoever changes it. */
export function setRole(o: Organisation, u: Person, other: Person, role: RoleNumber): Answer {
  if (!maySee(o, u, other)) return 'hide'
  if ((isOwner(other) || role === roles.owner) && !isOwner(u)) return 'refuse'
  if (isBot(other)) {
    const owner = ownerOf(o, other)
    return mayManage(o, u, other) && owner !== undefined && role >= owner.role ? 'allow' : 'refuse'
  }
  const demotesLast = role !== roles.owner && isLast(o, other, isOwner)
  return isAdmin(u) && !demotesLast ? 'allow' : 'refuse'
}

/** Only these domains, where the organisation says so, and then nothing with a plus; nothing that is disposable where it refuses that. */
function comesIn({ realm }: Organisation, email: string): boolean {
  const [name = '', host = ''] = email.split('@')
  if (realm.disposableRefused && host === 'throwaway.test') return false
  if (!realm.emailsRestricted) return true
  const named = realm.domains.some(
    (d) => host === d.domain || (d.subdomains && host.endsWith(`.${d.domain}`)),
  )
  return named && !name.includes('+')
}

/** Owners by owners, as with changes of roles and invitations (silent in the rules, the stricter reading). */
export function createUser(o: Organisation, u: Person, role: RoleNumber, email: string): Answer {
  const may = isAdmin(u) && u.createsUsers && (role !== roles.owner || isOwner(u)) && comesIn(o, email)
  return may ? 'allow' : 'refuse'
}

/** ADR 38: who used to be allowed and is not any more is asked about as they are now, when somebody comes by it. */
export function invite(o: Organisation, u: Person, q: Extract<Question, { readonly act: 'invite' }>): Answer {
  if (isBot(u) || isGuest(u)) return 'refuse'
  const given = q.multiuse
    ? hasInRealm(o, u, 'create_multiuse_invite_group')
    : hasInRealm(o, u, 'can_invite_users_group')
  const high = q.role === roles.owner || q.role === roles.admin || q.role === roles.moderator
  const ofRole = q.role === roles.owner ? isOwner(u) : !high || isAdmin(u)
  const may = given && ofRole && (!q.welcomes || isAdmin(u))
  return may && (q.comes === null || comesIn(o, q.comes)) ? 'allow' : 'refuse'
}

/** Own; all for administrators, and those that make owners for owners. */
export function manageInvitation(
  u: Person,
  q: Extract<Question, { readonly act: 'invitation:manage' }>,
): Answer {
  if (isBot(u) || isGuest(u)) return 'refuse'
  const all = q.role === roles.owner ? isOwner(u) : isAdmin(u)
  return q.inviter === u.id || all ? 'allow' : 'hide'
}
