import type { Resolved } from '../facts/narrow-names.ts'
import type { Contained } from '../rules/narrow.ts'
import { readAtBirth } from './read-at-birth.ts'
import type { Values } from './spans.ts'
import { channelMuted, type Looking, policyCondition } from './topic-policies.ts'

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
