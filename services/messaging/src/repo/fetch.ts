import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { Resolved } from '../facts/narrow-names.ts'
import { type Anchor, type Around, beyondNewest } from '../rules/anchor.ts'
import { type From, inPieces } from '../rules/found-pieces.ts'
import { lookingAt, messageConditions, receivedSql } from './message-conditions.ts'
import { reachedBy } from './sent-since.ts'
import { knownSpansSql, type MessageRule, recipientConditions, ruleSql, spansSql, Values } from './spans.ts'
import { asksForPolicies } from './topic-policies.ts'

const Id = z.object({ id: z.int() })

declare const readable: unique symbol
/** Ids that the rule let through for this reader in this transaction; only the searches here make them. */
export type Readable = readonly number[] & { readonly [readable]: true }
const asReadable = (ids: readonly number[]): Readable => ids as Readable

/** Ids around an anchor, ascending, and how many of them are of which part. */
export interface Found {
  readonly ids: Readable
  readonly before: number
  readonly anchor: number
  readonly after: number
}

/** The first message of the narrow that the actor has neither read nor muted; null where there is none. */
async function firstUnread(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  terms: readonly Resolved[],
): Promise<number | null> {
  const [row] = await search(tx, actor, {
    terms: [...terms, { kind: 'unread', negated: false }, { kind: 'home', negated: false }],
    unread: true,
    rule: 'message:read',
    bound: null,
    since: null,
    newestFirst: false,
    limit: 1,
  })
  return row ?? null
}

/** The first message of the narrow that was sent then or later; null where there is none. */
async function firstSince(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  terms: readonly Resolved[],
  since: Date,
  rule: MessageRule,
): Promise<number | null> {
  const [row] = await search(tx, actor, {
    terms,
    unread: terms.some((term) => term.kind === 'unread' && !term.negated),
    rule,
    bound: { operator: '>=', anchor: await reachedBy(tx, since) },
    since,
    newestFirst: false,
    limit: 1,
  })
  return row ?? null
}

/** The ids of a narrow around a numbered anchor, as far as the actor may read them, or look through their channel. */
export async function idsAround(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  terms: readonly Resolved[],
  { anchor, before, after, includeAnchor }: Around & { readonly anchor: number },
  rule: MessageRule = 'message:read',
): Promise<Found> {
  const unread = terms.some((term) => term.kind === 'unread' && !term.negated)
  // Nothing lies beyond either end, nor on it.
  const beyond = {
    '<': anchor <= 0,
    '=': anchor <= 0 || anchor >= beyondNewest,
    '>': anchor >= beyondNewest,
  }
  const part = async (operator: '<' | '=' | '>', limit: number): Promise<number[]> =>
    limit === 0 || beyond[operator]
      ? []
      : search(tx, actor, {
          terms,
          unread,
          rule,
          bound: { operator, anchor },
          since: null,
          newestFirst: operator === '<',
          limit,
        })
  const [older, exact, newer] = await Promise.all([
    part('<', before),
    part('=', includeAnchor ? 1 : 0),
    part('>', after),
  ])
  return {
    ids: asReadable([...older.reverse(), ...exact, ...newer]),
    before: older.length,
    anchor: exact.length,
    after: newer.length,
  }
}

interface Search extends From {
  readonly terms: readonly Resolved[]
  readonly unread: boolean
  readonly rule: MessageRule
  /** Sent then or later; null: at any time. */
  readonly since: Date | null
  readonly limit: number
}

/** Terms that leave few messages over: looked for first, then held against the spans. */
const sparse = new Set<Resolved['kind']>(['sender', 'id', 'starred', 'mentioned', 'found'])

/** What was found is looked at from the anchor on, piece by piece. */
async function search(tx: Tx, actor: Granted<'message:list'>['actor'], wanted: Search): Promise<number[]> {
  const { terms } = wanted
  const found = terms.find((term) => term.kind === 'found')
  if (!found) return searchAll(tx, actor, wanted)
  return inPieces(found.ids, wanted.limit, wanted, (ids, limit) => {
    const among = terms.map((term) => (term === found ? { ...found, ids } : term))
    return searchAll(tx, actor, { ...wanted, terms: among, limit })
  })
}

async function searchAll(
  tx: Tx,
  actor: Granted<'message:list'>['actor'],
  { terms, unread, rule, bound, since, newestFirst, limit }: Search,
): Promise<number[]> {
  const values = new Values()
  const org = values.add(tx.org)
  const user = values.add(actor.userId)
  const order = newestFirst ? 'DESC' : 'ASC'
  const byTopic = asksForPolicies(terms)
  const known = terms.find((term) => term.kind === 'found')
  // What was found was looked for in the same parts, for the same request; whatever it then writes is decided again.
  const spans =
    known && !unread && !byTopic
      ? knownSpansSql(values, user, known.spans)
      : spansSql(values, org, user, { actor, terms, unread, rule })
  // What is asked of the reader's own marks is never looked for beyond what came to them.
  const mine = { received: 'true', inUnread: unread }
  const looking = { org, user, terms, channel: 's.channel_id', muted: 's.muted', ...mine }
  const within = bound ? `m.message_id ${bound.operator} ${values.add(bound.anchor)}` : 'true'
  const then = since ? `m.sent_at >= ${values.add(since)}` : 'true'
  const conditions = `m.org_id = ${org} AND ${within} AND ${then} AND ${messageConditions(values, looking)}`
  const inSpan = 'm.recipient_id = s.recipient_id AND m.message_id >= s.lo AND m.message_id < s.hi'
  const most = values.add(limit)
  const few = terms.some((term) => !term.negated && sparse.has(term.kind))
  const inTopic = byTopic ? 'AND (s.topic_key IS NULL OR m.topic_key = s.topic_key)' : ''
  // The newest of each conversation, then the newest of those: each is one short walk along an index.
  const walk = (within: string, whose: string): string =>
    `SELECT m.id FROM spans s CROSS JOIN LATERAL (
       SELECT m.message_id AS id FROM messaging.messages m WHERE ${inSpan} ${within} AND ${conditions}
       ORDER BY m.message_id ${order} LIMIT ${most}) AS m ${whose}`
  const walks = byTopic
    ? `${walk('', 'WHERE s.topic_key IS NULL')}
       UNION ALL ${walk('AND m.topic_key = s.topic_key', 'WHERE s.topic_key IS NOT NULL')}`
    : walk('', '')
  const rows = few
    ? `SELECT m.message_id AS id FROM messaging.messages m JOIN spans s ON ${inSpan} ${inTopic} WHERE ${conditions}`
    : walks
  const found = await tx.query(
    Id,
    `WITH spans AS MATERIALIZED (${spans}) ${rows} ORDER BY id ${order} LIMIT ${most}`,
    values.list,
  )
  return found.map(({ id }) => id)
}

/** Those of the named messages that the actor may read and the narrow leaves over, ascending. */
export async function readableIds(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  ids: readonly number[],
  terms: readonly Resolved[] = [],
): Promise<Readable> {
  const values = new Values()
  const org = values.add(tx.org)
  const user = values.add(actor.userId)
  const inNarrow = messageConditions(values, lookingAt(org, user, terms))
  const found = await tx.query(
    Id,
    `SELECT m.message_id AS id
       FROM messaging.messages m
       JOIN messaging.recipients rc ON rc.org_id = ${org} AND rc.recipient_id = m.recipient_id
       LEFT JOIN streams.v1_channels ch ON ch.org_id = ${org} AND ch.channel_id = rc.channel_id
      WHERE m.org_id = ${org} AND m.message_id = ANY (${values.add(ids)}::bigint[])
        AND ${ruleSql(values, actor, user, receivedSql(org, user))} AND ${inNarrow}
        AND ${recipientConditions(values, terms)}
      ORDER BY m.message_id`,
    values.list,
  )
  return asReadable(found.map(({ id }) => id))
}

/** The id that an anchor stands for in a narrow: beyond the newest where what it names is not there. */
export async function anchorIn(
  tx: Tx,
  granted: Granted<'message:list'>,
  terms: readonly Resolved[],
  anchor: Anchor,
  rule: MessageRule = 'message:read',
): Promise<number> {
  if (typeof anchor === 'number') return anchor
  const found =
    anchor === 'first_unread'
      ? await firstUnread(tx, granted, terms)
      : await firstSince(tx, granted, terms, anchor, rule)
  return found ?? beyondNewest
}
