import type { Resolved } from '../facts/narrow-names.ts'

/** How a statement looks at messages `m`. */
export interface Looking {
  readonly org: string
  readonly user: string
  readonly terms: readonly Resolved[]
  /** SQL for the message's channel, for whether the user muted it. */
  readonly channel: string
  readonly muted: string
  /** SQL for whether it came to the user: what did not is neither unread nor mentions them by naming everybody. */
  readonly received: string
  /** Do the spans leave out what was read already? */
  readonly inUnread: boolean
}

// What the reader muted, unmuted and follows. Asked for in subqueries that hold one row each: anything else may be
// planned as a join, which would read all that everybody has chosen.

const policy = { muted: 1, unmuted: 2, followed: 3 } as const

/** A term about what the reader chose, as what it asks for; null for any other. */
function chosenBy(term: Resolved, terms: readonly Resolved[]): Chosen | null {
  switch (term.kind) {
    case 'followed':
      return term.negated ? 'anything' : 'followed'
    case 'muted':
      return { muted: !term.negated, channels: true }
    case 'home':
      // Who looks into a channel wants to see it, muted or not.
      return {
        muted: term.negated,
        channels: !terms.some(({ kind, negated }) => kind === 'channel' && !negated),
      }
    default:
      return null
  }
}
/** `channels`: does muting a whole channel count? */
type Chosen = 'anything' | 'followed' | { readonly muted: boolean; readonly channels: boolean }

/** Has the narrow a term about what the reader chose? */
export const asksForPolicies = (terms: readonly Resolved[]): boolean =>
  terms.some((term) => chosenBy(term, terms) !== null)

/** SQL: did the user mute the channel of the conversation `rc`? */
export const channelMuted = (org: string, user: string): string =>
  `((SELECT true FROM streams.v1_muted_channels q
     WHERE q.org_id = ${org} AND q.user_id = ${user} AND q.channel_id = rc.channel_id LIMIT 1) IS NOT NULL)`

/**
 * Joins to conversations `rc` whether they are `muting.muted` and the `topics.topic_key` that the narrow leaves over of
 * each, null for whatever topic: the few topics of a muted channel that are to be seen are looked for by themselves.
 * @param org and user placeholders
 * @returns null where the narrow says nothing of it
 */
export function wantedTopics(org: string, user: string, terms: readonly Resolved[]): string | null {
  const chosen = terms.flatMap((term) => chosenBy(term, terms) ?? [])
  if (chosen.length === 0) return null
  // One of several terms begins; all are held against each message.
  const first = chosen.find((one) => one !== 'anything') ?? 'anything'
  return `CROSS JOIN LATERAL (SELECT ${channelMuted(org, user)} AS muted OFFSET 0) AS muting
    CROSS JOIN LATERAL (${topicsOf(org, user, first)}) AS topics (topic_key)`
}

function topicsOf(org: string, user: string, chosen: Chosen): string {
  const having = (...policies: readonly number[]): string =>
    `SELECT p.topic_key FROM streams.v1_topic_policies p
      WHERE p.org_id = ${org} AND p.user_id = ${user} AND p.channel_id = rc.channel_id AND p.policy IN (${policies.join()})`
  if (chosen === 'anything') return 'SELECT NULL::text'
  if (chosen === 'followed') return having(policy.followed)
  const muted = chosen.channels ? 'muting.muted' : 'false'
  return chosen.muted
    ? `SELECT NULL WHERE ${muted} UNION ALL ${having(policy.muted)} AND NOT ${muted}`
    : `SELECT NULL WHERE NOT ${muted} UNION ALL ${having(policy.unmuted, policy.followed)} AND ${muted}`
}

/** What a term about what the reader chose says of messages `m`, its sign aside; null for other terms. */
export function policyCondition(
  { org, user, terms, channel, muted }: Looking,
  term: Resolved,
): string | null {
  const chosen = chosenBy({ ...term, negated: false }, terms)
  if (chosen === null || chosen === 'anything') return null
  const wanted = `(SELECT p.policy FROM streams.v1_topic_policies p
    WHERE p.org_id = ${org} AND p.user_id = ${user} AND p.channel_id = ${channel} AND p.topic_key = m.topic_key LIMIT 1)`
  if (chosen === 'followed') return `coalesce(${wanted} = ${policy.followed}, false)`
  const isMuted = `coalesce(${wanted} = ${policy.muted}, ${chosen.channels ? muted : 'false'})`
  return chosen.muted ? isMuted : `NOT ${isMuted}`
}
