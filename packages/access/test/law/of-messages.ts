/** Sections 2 (who reads a message), 3 (direct messages, mentions) and 4 (editing, moving, deleting) of the rules. */
import { administers, content, groupContent, hasInChannel, isSubscribed } from './of-channels.ts'
import { maySee } from './of-people.ts'
import type { Answer, Channel, Message, Organisation, Person } from './organisation.ts'
import { hasInRealm, isAdmin, isBot, isGuest, isModerator } from './primitives.ts'

const grace = 20
const smallAudience = 15

function channelOf(o: Organisation, m: Message): Channel | undefined {
  return m.channel === null ? undefined : o.channels.get(m.channel)
}

/** For guests web-public alone does not count (ADR 5). */
function canRead(o: Organisation, u: Person, m: Message, modifying: boolean): boolean {
  if (m.channel === null) return m.rows.has(u.id)
  const c = channelOf(o, m)
  if (c === undefined || (modifying && c.archived)) return false
  if (!c.private && !isGuest(u)) return true
  const access = isSubscribed(u, c) || groupContent(o, u, c)
  return access && (c.sharedHistory || m.rows.has(u.id))
}

function within(o: Organisation, m: Message, limit: number | null, extra: number): boolean {
  return limit === null || o.now - m.sentAt <= limit + extra
}

/** Section 2: the error text is always that of a missing message. */
export function read(o: Organisation, u: Person, m: Message): Answer {
  return canRead(o, u, m, false) ? 'allow' : 'hide'
}

/**
 * Section 2, "GET /messages with a channel term": history(u, c) is true of a web-public channel for everybody. Without that
 * term, and for single messages, it is `read`.
 */
export function look(o: Organisation, u: Person, m: Message): Answer {
  if (m.channel === null) return read(o, u, m)
  const c = channelOf(o, m)
  if (c === undefined) return 'hide'
  const history = c.webPublic || (!c.private && !isGuest(u)) || (c.sharedHistory && content(o, u, c))
  // "Protected history falls back to rows", to whoever has content.
  return history || (content(o, u, c) && m.rows.has(u.id)) ? 'allow' : 'hide'
}

export function react(o: Organisation, u: Person, m: Message): Answer {
  return canRead(o, u, m, true) ? 'allow' : 'hide'
}

/** No role overrides: nobody edits another's words, an owner not those of a bot either. */
export function edit(o: Organisation, u: Person, m: Message): Answer {
  if (!canRead(o, u, m, true)) return 'hide'
  const may = o.realm.allowEditing && u.id === m.sender && within(o, m, o.realm.editLimit, grace)
  return may ? 'allow' : 'refuse'
}

/** Without grace. */
export function remove(o: Organisation, u: Person, m: Message): Answer {
  if (!canRead(o, u, m, true)) return 'hide'
  if (hasInRealm(o, u, 'can_delete_any_message_group')) return 'allow'
  const own = u.id === m.sender || o.people.get(m.sender)?.bot?.owner === u.id
  const may = own && hasInRealm(o, u, 'can_delete_own_message_group') && within(o, m, o.realm.deleteLimit, 0)
  return may ? 'allow' : 'refuse'
}

/** No limit of time. Direct messages have no topic to be marked or moved: refused, here and below (silent in the rules). */
export function resolve(o: Organisation, u: Person, m: Message): Answer {
  if (!canRead(o, u, m, true)) return 'hide'
  return m.channel !== null && hasInRealm(o, u, 'can_resolve_topics_group') ? 'allow' : 'refuse'
}

export function moveTopic(o: Organisation, u: Person, m: Message): Answer {
  if (!canRead(o, u, m, true)) return 'hide'
  const c = channelOf(o, m)
  if (c === undefined) return 'refuse'
  const may =
    hasInRealm(o, u, 'can_move_messages_between_topics_group') ||
    isAdmin(u) ||
    administers(o, u, c) ||
    hasInChannel(o, u, c, 'can_move_messages_within_channel_group')
  const inTime = isModerator(u) || within(o, m, o.realm.moveWithinLimit, grace)
  return may && inTime ? 'allow' : 'refuse'
}

/** ADR 31: a target that may not be read, is archived or missing is decided on right after the message is found. */
export function moveChannel(o: Organisation, u: Person, m: Message, target: Channel | undefined): Answer {
  if (!canRead(o, u, m, true)) return 'hide'
  const source = channelOf(o, m)
  if (target === undefined || target.archived || !content(o, u, target)) return 'hide'
  if (source === undefined) return 'refuse'
  const may =
    hasInRealm(o, u, 'can_move_messages_between_channels_group') ||
    isAdmin(u) ||
    administers(o, u, source) ||
    hasInChannel(o, u, source, 'can_move_messages_out_of_channel_group')
  // ADR 31: the mover's own permission, a bot's owner does not count.
  const maySend = hasInChannel(o, u, target, 'can_send_message_group')
  const inTime = isModerator(u) || within(o, m, o.realm.moveBetweenLimit, grace)
  return may && maySend && inTime ? 'allow' : 'refuse'
}

/** `people` holds the sender too. A guest must have met those it writes to already: `begun` alone is no meeting (stricter). */
export function sendDirect(o: Organisation, u: Person, people: readonly Person[], begun: boolean): Answer {
  // ADR 27: as for nobody, before anything else is said of them.
  if (people.some((p) => !maySee(o, u, p))) return 'hide'
  // "'x' is no longer using Zulip."
  if (people.some((p) => !p.active)) return 'deny'
  const others = people.filter((p) => p.id !== u.id)
  if (isBot(u) || others.every(isBot)) return 'allow'
  // The rule says `members(…)`, not `has`: guests are never kept from either, so it is the same.
  const permitted = people.some((p) => hasInRealm(o, p, 'direct_message_permission_group'))
  const initiates = begun || hasInRealm(o, u, 'direct_message_initiator_group')
  return permitted && initiates ? 'allow' : 'refuse'
}

/** @all and its like. The permission is the sender's own. */
export function mentionAll(o: Organisation, u: Person, audience: number): Answer {
  return audience <= smallAudience || hasInRealm(o, u, 'can_mention_many_users_group') ? 'allow' : 'refuse'
}
