import { type Actor, type ChannelAtom, listRules, type MessageAtom } from '@parley/access'
import { predicateSql } from '@parley/db'
import { channelAtomsSql } from '../facts/channel-sql.ts'
import type { KnownSpans, Resolved } from '../facts/narrow-names.ts'
import { wantedTopics } from './topic-policies.ts'

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
