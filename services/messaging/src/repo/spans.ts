import { type Actor, type ChannelAtom, listRules, type MessageAtom } from '@parley/access'
import { predicateSql } from '@parley/db'
import { channelAtomsSql } from '../facts/channel-sql.ts'
import type { KnownSpans, Resolved } from '../facts/narrow-names.ts'
import type { Contained } from '../rules/narrow.ts'
import { channelMuted, type Looking, policyCondition, wantedTopics } from './topic-policies.ts'

/** Collects the values of a statement's placeholders. */
export class Values {
  readonly list: unknown[] = []
  #groups: string | null = null

  /** @returns the placeholder that stands for the value */
  add(value: unknown): string {
    this.list.push(value)
    return `$${this.list.length}`
  }

  /** @returns the placeholder that stands for the ids of the actor's groups, the same each time */
  groupsOf(actor: Actor): string {
    return (this.#groups ??= this.add([...actor.groups]))
  }
}

/** The end of what has none: a bound that may be missing would let no index end at it. */
const beyondAll = '9223372036854775807'

/** Which parts of conversations a statement looks through. */
export interface SpansWanted {
  readonly actor: Actor
  readonly terms: readonly Resolved[]
  /** Leave only what is neither in the read ranges nor before the actor's time. */
  readonly unread: boolean
  /** `message:look` where a channel term asks for a channel's history to be looked through; otherwise each message is decided by itself. */
  readonly rule: MessageRule
}

/** Which rule lets a list have a message. */
export type MessageRule = 'message:read' | 'message:look'

/**
 * A query whose rows (recipient_id, lo, hi; where the narrow asks for what is muted or followed also channel_id, muted
 * and topic_key, null for every topic) are the parts of conversations that the actor may read and that the narrow's
 * terms about channel and people leave over: message ids from `lo` up to but without `hi`. Without a channel term
 * it is what came to the actor; with one, the channel's whole history where the rule allows that.
 * @param org and user placeholders
 */
export function spansSql(values: Values, org: string, user: string, wanted: SpansWanted): string {
  const { actor, terms } = wanted
  const candidates = [receivedParts(org, user, wanted.unread)]
  if (mayReachBack(wanted)) candidates.push(wholeChannels(org))
  const rule = mayReachBack(wanted) ? wanted.rule : 'message:read'
  const lets = (received: string): string => ruleSql(values, actor, user, received, rule)
  const conditions = [lets('part.received'), recipientConditions(values, terms)]
  if (candidates.length > 1)
    // Where the whole is open, its parts would only come twice.
    conditions.push(`(NOT part.received OR NOT (${lets('false')}))`)
  const topics = wantedTopics(org, user, terms)
  return `SELECT rc.recipient_id, part.lo, coalesce(part.hi, ${beyondAll}) AS hi${topics ? ', rc.channel_id, muting.muted, topics.topic_key' : ''}
    FROM (${candidates.join(' UNION ALL ')}) AS part (recipient_id, lo, hi, received)
    JOIN messaging.recipients rc ON rc.org_id = ${org} AND rc.recipient_id = part.recipient_id
    LEFT JOIN streams.v1_channels ch ON ch.org_id = ${org} AND ch.channel_id = rc.channel_id
    ${topics ?? ''}
    WHERE ${conditions.join(' AND ')}`
}

/** A query with the same rows again. @param user placeholder: named in any case, or Postgres would not know its type */
export const knownSpansSql = (values: Values, user: string, { recipients, lo, hi }: KnownSpans): string =>
  `SELECT s.recipient_id, s.lo, s.hi
    FROM unnest(${values.add(recipients)}::integer[], ${values.add(lo)}::bigint[], ${values.add(hi)}::bigint[])
      AS s (recipient_id, lo, hi)
    WHERE ${user}::integer IS NOT NULL`

/** `is:` asks, but for `resolved`, for what is the actor's own, so never for what did not come to them. */
const own: ReadonlySet<Resolved['kind']> = new Set([
  'unread',
  'starred',
  'mentioned',
  'alerted',
  'direct',
  'muted',
  'followed',
])
const mayReachBack = ({ terms, unread }: SpansWanted): boolean =>
  !unread &&
  terms.some((term) => (term.kind === 'channel' || term.kind === 'channels') && !term.negated) &&
  !terms.some(({ kind }) => own.has(kind))

const receivedParts = (org: string, user: string, unread: boolean): string =>
  unread
    ? `SELECT r.recipient_id, lower(g), upper(g), true
         FROM messaging.received r
         LEFT JOIN messaging.read_state s
           ON s.org_id = r.org_id AND s.user_id = r.user_id AND s.recipient_id = r.recipient_id
         CROSS JOIN unnest(r.ranges - coalesce(s.ranges, '{}')) AS g
         WHERE r.org_id = ${org} AND r.user_id = ${user}`
    : `SELECT r.recipient_id, lower(g), upper(g), true
         FROM messaging.received r CROSS JOIN unnest(r.ranges) AS g
         WHERE r.org_id = ${org} AND r.user_id = ${user}`

const wholeChannels = (org: string): string =>
  `SELECT w.recipient_id, 0::bigint, NULL::bigint, false
     FROM messaging.recipients w WHERE w.org_id = ${org} AND w.channel_id IS NOT NULL`

/**
 * The rule for reading a message, as SQL over rows of `rc` (recipients) and `ch` (their channels).
 * @param received SQL that says whether the message came to the actor
 */
export function ruleSql(
  values: Values,
  actor: Actor,
  user: string,
  received: string,
  rule: MessageRule = 'message:read',
): string {
  const atoms: Record<ChannelAtom | MessageAtom, string> = {
    ...channelAtomsSql(actor, 'ch', user, values.groupsOf(actor)),
    direct: 'rc.channel_id IS NULL',
    received,
  }
  return predicateSql(listRules[rule], atoms)
}

/** What the terms say of the conversation `rc`; true where they say nothing. */
export function recipientConditions(values: Values, terms: readonly Resolved[]): string {
  const all = terms.flatMap((term) => recipientCondition(values, term))
  return all.length === 0 ? 'true' : all.join(' AND ')
}

function recipientCondition(values: Values, term: Resolved): string[] {
  const not = term.negated ? 'NOT ' : ''
  switch (term.kind) {
    case 'channel':
      return [`${not}coalesce(rc.channel_id = ${values.add(term.channel)}, false)`]
    case 'people':
      return [
        `${not}coalesce(rc.people_key = messaging.people_key(${values.add(term.users)}::integer[]), false)`,
      ]
    case 'channels':
      return [
        term.which === 'public'
          ? `${not}coalesce(NOT ch.invite_only, false)`
          : `${not}coalesce(ch.is_web_public, false)`,
      ]
    case 'including':
      return [
        `${not}coalesce(${values.add(term.user)} = ANY (rc.user_ids)${term.group ? ' AND cardinality(rc.user_ids) > 2' : ''}, false)`,
      ]
    case 'direct':
      return [`${not}(rc.channel_id IS NULL)`]
    case 'topic':
      // Direct messages have none, which is not the nameless one.
      return term.negated ? [] : ['rc.channel_id IS NOT NULL']
    default:
      return []
  }
}

/** Did message `m` come to the user? */
export const receivedSql = (org: string, user: string): string =>
  `EXISTS (SELECT FROM messaging.received r
     WHERE r.org_id = ${org} AND r.user_id = ${user} AND r.recipient_id = m.recipient_id AND r.ranges @> m.message_id)`

/** How a statement looks at messages of the conversations `rc`. */
export const lookingAt = (org: string, user: string, terms: readonly Resolved[]): Looking => ({
  org,
  user,
  terms,
  channel: 'rc.channel_id',
  muted: channelMuted(org, user),
  received: receivedSql(org, user),
  inUnread: false,
})

/** What the terms say of single messages `m`; true where they say nothing. */
export function messageConditions(values: Values, looking: Looking): string {
  const { user, terms, inUnread } = looking
  const all = terms.flatMap((term) => {
    if (term.kind === 'unread' && !term.negated && inUnread) return [`NOT ${readAtBirth(user)}`]
    const condition = messageCondition(values, looking, term) ?? policyCondition(looking, term)
    if (condition === null) return []
    return [term.negated ? `NOT (${condition})` : condition]
  })
  return all.length === 0 ? 'true' : all.join(' AND ')
}

/** Ids of the messages that the user marked so; few, and found by an index of their own. */
const flagged = (org: string, user: string, column: 'starred' | 'mentioned' | 'alerted'): string =>
  `SELECT f.message_id FROM messaging.user_flags f
    WHERE f.org_id = ${org} AND f.user_id = ${user} AND f.${column}`

/** Ids of the messages that mention everybody who was there, or the user as one of a topic. */
const wildcards = (org: string, user: string): string =>
  `SELECT w.message_id FROM messaging.messages w
    WHERE w.org_id = ${org} AND (w.channel_wildcard OR w.topic_wildcard <> '{}')
      AND (w.channel_wildcard OR ${user} = ANY (w.topic_wildcard))
      -- Who was not there is not mentioned by naming everybody.
      AND NOT EXISTS (SELECT FROM messaging.user_flags f
        WHERE f.org_id = ${org} AND f.user_id = ${user} AND f.message_id = w.message_id AND f.historical)`

/**
 * Does a message count as read for the user without their reading it: their own, somebody's whom they muted then or later, or
 * a notice of a kind that they skip?
 * @param user the placeholder of whose
 * @param message SQL for its row
 */
export const readAtBirth = (user: string, message = 'm'): string =>
  bornRead(
    user,
    message,
    // Mostly nobody's: one look for all messages of a statement in place of one for each.
    `${message}.sender_id = ANY (ARRAY(SELECT own.sender_id FROM messaging.read_by_muting own
      WHERE own.org_id = nullif(current_setting('app.org', true), '')::integer AND own.user_id = ${user}))`,
  )

/** The same of several readers in one statement. @param user SQL for whose, another in each row */
export const readAtBirthOf = (user: string): string => bornRead(user, 'm', 'true')

const bornRead = (user: string, message: string, muted: string): string =>
  `(${message}.sender_id = ${user} AND ${message}.sender_read OR ${user} = ANY (${message}.read_by)
    OR ${message}.unread_for IS NOT NULL AND ${user} <> ALL (${message}.unread_for)
    OR ${muted} AND EXISTS (SELECT FROM messaging.read_by_muting q WHERE q.org_id = ${message}.org_id
      AND q.sender_id = ${message}.sender_id AND q.user_id = ${user} AND q.ranges @> ${message}.message_id))`

/** What stands in the HTML of a message, as the renderer writes it, or beside it. */
function contains(org: string, what: Contained): string {
  switch (what) {
    case 'reaction':
      return `EXISTS (SELECT FROM messaging.reactions e WHERE e.org_id = ${org} AND e.message_id = m.message_id)`
    case 'link':
      return `m.rendered LIKE '%<a href="%'`
    case 'image':
      return `m.rendered ~* '<a href="[^"?#]*\\.(bmp|gif|jpe?g|png|webp|avif|heic|tiff)([?#][^"]*)?"'`
    case 'attachment':
      return `m.rendered ~ '<a href="/user_uploads/[0-9]+/[^"?#]'`
  }
}

/**
 * One probe for each message: a join would read all words of the organisation where that looks cheaper. What has no words
 * yet is looked at itself.
 */
function searched(values: Values, org: string, term: Extract<Resolved, { kind: 'search' }>): string {
  const words = `coalesce(
    (SELECT w.words FROM messaging.words w WHERE w.org_id = ${org} AND w.message_id = m.message_id),
    messaging.words_of(m.topic || ' ' || m.content)) @@ messaging.query_of(${values.add(term.text)})`
  const phrases = term.phrases.map((phrase) => {
    const low = `lower(${values.add(phrase)})`
    return `(strpos(lower(m.content), ${low}) > 0 OR strpos(m.topic_key, ${low}) > 0)`
  })
  return `(${[words, ...phrases].join(' AND ')})`
}

function messageCondition(values: Values, looking: Looking, term: Resolved): string | null {
  const { org, user, received } = looking
  switch (term.kind) {
    case 'topic':
      return term.topic === ''
        ? `(m.topic_key = '' AND EXISTS (SELECT FROM messaging.recipients named
            WHERE named.org_id = ${org} AND named.recipient_id = m.recipient_id AND named.channel_id IS NOT NULL))`
        : `m.topic_key = lower(${values.add(term.topic)})`
    case 'sender':
      return `m.sender_id = ${values.add(term.sender)}`
    case 'id':
      return `m.message_id = ${values.add(term.id)}`
    case 'starred':
      return `m.message_id IN (${flagged(org, user, 'starred')})`
    case 'alerted':
      return `m.message_id IN (${flagged(org, user, 'alerted')})`
    case 'mentioned':
      return `(m.message_id IN (${flagged(org, user, 'mentioned')} UNION ALL ${wildcards(org, user)})
        AND (${received} OR m.message_id IN (${flagged(org, user, 'mentioned')})))`
    case 'unread':
      return `(${received} AND NOT ${readAtBirth(user)} AND NOT EXISTS (
        SELECT FROM messaging.read_state s
        WHERE s.org_id = ${org} AND s.user_id = ${user} AND s.recipient_id = m.recipient_id
          AND s.ranges @> m.message_id))`
    case 'search':
      return searched(values, org, term)
    case 'found':
      return `m.message_id = ANY (${values.add(term.ids)}::bigint[])`
    case 'has':
      return contains(org, term.what)
    case 'everything':
      return 'true'
    case 'resolved':
      return `m.topic LIKE '✔ %'`
    case 'none':
      return 'false'
    default:
      return null
  }
}
