/** Sections 1 (who knows and who reads a channel), 3 (who sends) and 6 (who administers it) of the rules. */
import type { Answer, Channel, ChannelPermission, Kind, Organisation, Person } from './organisation.ts'
import { has, hasInRealm, isAdmin, isBot, isGuest, isOwner, ownerOf } from './primitives.ts'

/** The row is there; that of a deactivated account counts for nothing (silent in the rules, the stricter reading). */
export const isSubscribed = (u: Person, c: Channel): boolean => u.active && c.subscribers.has(u.id)

export function hasInChannel(o: Organisation, u: Person, c: Channel, name: ChannelPermission): boolean {
  return has(o, u, name, c.permissions)
}

export function groupContent(o: Organisation, u: Person, c: Channel): boolean {
  if (isGuest(u)) return false
  return hasInChannel(o, u, c, 'can_subscribe_group') || hasInChannel(o, u, c, 'can_add_subscribers_group')
}

export function administers(o: Organisation, u: Person, c: Channel): boolean {
  return hasInChannel(o, u, c, 'can_administer_channel_group')
}

export function content(o: Organisation, u: Person, c: Channel): boolean {
  if (c.webPublic || isSubscribed(u, c)) return true
  return !isGuest(u) && (!c.private || groupContent(o, u, c))
}

export function metadata(o: Organisation, u: Person, c: Channel): boolean {
  if (content(o, u, c)) return true
  return !isGuest(u) && (isAdmin(u) || administers(o, u, c))
}

export function know(o: Organisation, u: Person, c: Channel): Answer {
  return metadata(o, u, c) ? 'allow' : 'hide'
}

export function view(o: Organisation, u: Person, c: Channel): Answer {
  return metadata(o, u, c) && !c.archived ? 'allow' : 'hide'
}

export function find(o: Organisation, u: Person, c: Channel): Answer {
  return content(o, u, c) && !c.archived ? 'allow' : 'hide'
}

/** ADR 5: hidden from who cannot see it. Who knows it without reading it gets nothing; how, the rules say in two ways. */
export function read(o: Organisation, u: Person, c: Channel): Answer {
  if (content(o, u, c)) return 'allow'
  return metadata(o, u, c) ? 'refuse' : 'hide'
}

/** By name: ADR 5 has one answer for guests, and tells others that the name is taken; so nothing is hidden for sure. */
export function subscribe(o: Organisation, u: Person, c: Channel): Answer {
  if (isGuest(u)) return 'refuse'
  if (c.archived) return 'hide'
  return content(o, u, c) ? 'allow' : 'refuse'
}

export function addSubscribers(o: Organisation, u: Person, c: Channel): Answer {
  if (subscribe(o, u, c) !== 'allow') return subscribe(o, u, c)
  const may =
    isAdmin(u) ||
    hasInRealm(o, u, 'can_add_subscribers_group') ||
    administers(o, u, c) ||
    hasInChannel(o, u, c, 'can_add_subscribers_group')
  return may ? 'allow' : 'refuse'
}

/**
 * ADR 5: leaving what one cannot see, or taking somebody out of it, one's bot too, is answered as for a missing channel.
 * Archived: "all writes fail as if it did not exist" against "always"; the stricter of the two.
 */
export function unsubscribe(o: Organisation, u: Person, c: Channel, subject: Person): Answer {
  if (c.archived || !metadata(o, u, c)) return 'hide'
  if (subject.id === u.id || subject.bot?.owner === u.id) return 'allow'
  if (isGuest(u)) return 'refuse'
  const may = isAdmin(u) || administers(o, u, c) || hasInChannel(o, u, c, 'can_remove_subscribers_group')
  return may ? 'allow' : 'refuse'
}

/** An administrator's endpoint. Without content "the error is that of a missing id". */
export function deleteTopic(o: Organisation, u: Person, c: Channel): Answer {
  if (!isAdmin(u)) return 'refuse'
  return content(o, u, c) && !c.archived ? 'allow' : 'hide'
}

/** A bot also sends where its owner may and is. ADR 5: sending to what one cannot see is answered as for a missing id. */
export function send(o: Organisation, u: Person, c: Channel): Answer {
  if (c.archived) return 'hide'
  const owner = ownerOf(o, u)
  const byGroup =
    hasInChannel(o, u, c, 'can_send_message_group') ||
    (owner !== undefined && hasInChannel(o, owner, c, 'can_send_message_group'))
  const byAccess =
    c.webPublic ||
    (!c.private && !isGuest(u)) ||
    isSubscribed(u, c) ||
    (isBot(u) && owner !== undefined && isSubscribed(owner, c)) ||
    (c.sharedHistory && groupContent(o, u, c))
  if (byGroup && byAccess) return 'allow'
  return metadata(o, u, c) ? 'refuse' : 'hide'
}

/** Section 6: "web_public (+ server and realm spectator switches, + the public right)". */
function mayMake(o: Organisation, u: Person, kind: Kind): boolean {
  if (kind.webPublic && !(o.realm.spectators && hasInRealm(o, u, 'can_create_web_public_channel_group')))
    return false
  const name = kind.private ? 'can_create_private_channel_group' : 'can_create_public_channel_group'
  return hasInRealm(o, u, name)
}

export function create(o: Organisation, u: Person, kind: Kind): Answer {
  return mayMake(o, u, kind) ? 'allow' : 'refuse'
}

export interface ChannelChange {
  readonly kind: Kind | null
  readonly archive: boolean | null
  readonly byDefault: boolean
  readonly retention: boolean
  readonly permissions: readonly ChannelPermission[]
}

/** Changing to what it is already asks for the same right as changing (ADR 11; for kinds too, the stricter reading). */
export function change(o: Organisation, u: Person, c: Channel, to: ChannelChange): Answer {
  if (!metadata(o, u, c)) return 'hide'
  // Brought back in the same request, it may be changed (ADR 12 speaks of what stays archived).
  if (c.archived && to.archive !== false) return 'hide'
  if (!isAdmin(u) && !administers(o, u, c)) return 'refuse'

  const letsIn = to.permissions.some((p) => p === 'can_subscribe_group' || p === 'can_add_subscribers_group')
  // Section 8, 3: "Channel content access is required."
  if (letsIn && !content(o, u, c)) return 'deny'
  // Brought back, a web-public one is as if it were made so (ADR 57; the stricter reading).
  const kind = to.kind ?? (c.archived && c.webPublic ? c : null)
  if (kind !== null && !(content(o, u, c) && mayMake(o, u, kind))) return 'refuse'
  if (to.byDefault && !(isAdmin(u) && !(to.kind ?? c).private)) return 'refuse'
  return to.retention && !isOwner(u) ? 'refuse' : 'allow'
}
