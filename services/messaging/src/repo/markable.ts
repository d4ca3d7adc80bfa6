import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { FlagChange } from '../rules/flag-change.ts'
import { Numbers, Texts } from './columns.ts'
import { readAtBirth } from './read-at-birth.ts'
import { Values, ruleSql } from './spans.ts'

declare class Decided {
  private readonly mayRead: true
}

/** Of one conversation: what of the named messages changes. By column, for they may be thousands. Ids ascend. */
const Row = z.object({
  recipientId: z.int(),
  channelId: z.int().nullable(),
  userIds: z.array(z.int()).nullable(),
  /** Is the actor subscribed to it now? True for direct messages. */
  subscribed: z.boolean(),
  /** Messages that are not as asked. */
  ids: Numbers,
  /** Those of them that did not come to the actor. */
  foreign: Numbers,
  /** Those that count as read without the actor's reading them. */
  born: Numbers,
  /** Topics of `ids`, and those that mention the actor: where they become unread, else empty. */
  topics: Texts,
  mentioned: Numbers,
  /** What `lineParts` takes: for `ids` where it is about reading, else for `foreign`. */
  line: Numbers,
})
/** Messages of one conversation that the actor may read and that change; only `readMarkable` finds them. */
export type Markable = z.output<typeof Row> & Decided

/** What is asked of messages: a change of one of the actor's flags, or only that they become the actor's own. */
export type Marking = FlagChange | { readonly op: 'add'; readonly flag: 'own' }

/** SQL for whether the actor has message `m` so already. */
const has: Record<Marking['flag'], string> = {
  read: 'NOT got.yes OR m.born OR p.done @> m.message_id',
  starred: 'coalesce(f.starred, false)',
  collapsed: 'coalesce(f.collapsed, false)',
  own: 'got.yes',
}

/**
 * Those of the named messages that the actor may read and that are not as asked, by conversation; conversations of which
 * nothing changes are among them with none.
 * @param ids each once
 */
export async function readMarkable(
  tx: Tx,
  granted: Granted<'message:list'>,
  asked: Marking,
  ids: readonly number[],
): Promise<Markable[]> {
  if (ids.length >= many) {
    const rows = await readPlaces(tx, granted, asked, ids, true)
    if (rows.length > 0) return rows
  }
  return readPlaces(tx, granted, asked, ids, false)
}

/** From here on it pays to know beforehand what was read from the start. */
const many = 100

/**
 * The same.
 * @param beforehand looks first for all that was read from the start between the named messages, so that the conversations are
 *   walked along their index alone. Answers nothing where that is too much of it, or might be.
 */
async function readPlaces(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  { op, flag }: Marking,
  ids: readonly number[],
  beforehand: boolean,
): Promise<Markable[]> {
  const values = new Values()
  const org = values.add(tx.org)
  const user = values.add(actor.userId)
  const unread = flag === 'read' && op === 'remove'
  const flags = `LEFT JOIN messaging.user_flags f
    ON f.org_id = ${org} AND f.user_id = ${user} AND f.message_id = m.message_id`
  // Who was not there is not mentioned by naming everybody.
  const mentioned =
    'coalesce(f.mentioned, false) OR m.everybody AND got.yes AND NOT coalesce(f.historical, false)'
  const rows = await tx.query(
    Row,
    // What is the same for all of a conversation is looked up once for it. Ranges are joined with nothing so that long ones
    // are unpacked once, not for each message.
    `WITH ${beforehand ? bornSql(values, org, user, ids) : ''}
      named AS MATERIALIZED (
        SELECT m.message_id, m.recipient_id, m.topic, ${readAtBirth(user)} AS born,
          m.channel_wildcard OR ${user} = ANY (m.topic_wildcard) AS everybody
        FROM messaging.messages m
        WHERE m.org_id = ${org} AND m.message_id = ANY (${values.add(ids)}::bigint[])),
      places AS MATERIALIZED (
        SELECT rc.recipient_id, rc.channel_id, rc.user_ids, coalesce(r.ranges, '{}') + '{}' AS came,
          coalesce(s.ranges, '{}') + '{}' AS done,
          rc.channel_id IS NULL OR EXISTS (SELECT FROM streams.v1_subscriptions sub
            WHERE sub.org_id = ${org} AND sub.channel_id = rc.channel_id AND sub.user_id = ${user}) AS subscribed,
          ${ruleSql(values, actor, user, 'true')} AS what_came, ${ruleSql(values, actor, user, 'false')} AS what_did_not
        FROM messaging.recipients rc
        LEFT JOIN streams.v1_channels ch ON ch.org_id = ${org} AND ch.channel_id = rc.channel_id
        LEFT JOIN messaging.received r
          ON r.org_id = ${org} AND r.user_id = ${user} AND r.recipient_id = rc.recipient_id
        LEFT JOIN messaging.read_state s
          ON s.org_id = ${org} AND s.user_id = ${user} AND s.recipient_id = rc.recipient_id
        WHERE rc.org_id = ${org} AND rc.recipient_id = ANY (ARRAY(SELECT DISTINCT recipient_id FROM named))),
      -- A step of its own, behind which the ranges stay: what is sorted for a conversation would else carry them for each message.
      changing AS MATERIALIZED (
        SELECT m.message_id, m.recipient_id, m.topic, m.born, got.yes AS came,
          (${has[flag]}) <> ${op === 'add' ? 'true' : 'false'} AS yes, ${unread ? mentioned : 'false'} AS mentioned
        FROM named m
        JOIN places p ON p.recipient_id = m.recipient_id
        CROSS JOIN LATERAL (SELECT p.came @> m.message_id AS yes) AS got
        ${unread || flag === 'starred' || flag === 'collapsed' ? flags : ''}
        WHERE CASE WHEN got.yes THEN p.what_came ELSE p.what_did_not END),
      asked AS MATERIALIZED (
        SELECT c.recipient_id, array_agg(c.message_id ORDER BY c.message_id) FILTER (WHERE c.yes) AS ids,
          array_agg(c.message_id ORDER BY c.message_id) FILTER (WHERE c.yes AND NOT c.came) AS foreign_ids,
          array_agg(c.message_id) FILTER (WHERE c.yes AND c.born) AS born,
          array_agg(c.message_id) FILTER (WHERE c.yes AND c.mentioned) AS mentioned,
          ${unread ? 'json_agg(c.topic ORDER BY c.message_id) FILTER (WHERE c.yes)' : 'NULL::json'} AS topics
        FROM changing c GROUP BY c.recipient_id)
      SELECT p.recipient_id AS "recipientId", p.channel_id AS "channelId", p.user_ids AS "userIds", p.subscribed,
        coalesce(a.ids, '{}') AS ids, coalesce(a.foreign_ids, '{}') AS "foreign", coalesce(a.born, '{}') AS born,
        coalesce(a.topics, '[]') AS topics, coalesce(a.mentioned, '{}') AS mentioned,
        ${lineSql(org, user, flag === 'read' ? 'a.ids' : 'a.foreign_ids', beforehand)} AS line
      FROM asked a JOIN places p ON p.recipient_id = a.recipient_id
      ${beforehand ? `WHERE ${fewBorn(org, user, ids.length)}` : ''}`,
    values.list,
  )
  return rows as Markable[]
}

/** So many messages are walked along for each that is named; where they lie further apart, each is looked up by itself. */
const walkedFor = 4
const mostWalked = (named: number | string): string => `20 + ${walkedFor} * ${named}`

/**
 * A step `born`: the reader's own messages between the first and the last of the named ones, and those of which anything is said
 * about who has read them from the start; no more of either than are walked along.
 */
function bornSql(values: Values, org: string, user: string, ids: readonly number[]): string {
  const lo = values.add(ids.reduce((a, b) => Math.min(a, b)))
  const hi = values.add(ids.reduce((a, b) => Math.max(a, b)))
  const those = (condition: string): string => `(SELECT m.message_id, ${readAtBirth(user)} AS own
      FROM messaging.messages m
      WHERE m.org_id = ${org} AND m.message_id >= ${lo} AND m.message_id <= ${hi} AND ${condition}
      ORDER BY m.message_id LIMIT ${mostWalked(ids.length)})`
  return `born AS MATERIALIZED (
      ${those(`m.sender_id = ${user}`)}
      UNION ALL
      ${those(`(m.read_by <> '{}' OR m.unread_for IS NOT NULL)`)}),`
}

/** SQL for whether `born` has all that was read from the start. What is read by muting is kept by sender: it is not in there. */
const fewBorn = (org: string, user: string, named: number): string =>
  `(SELECT count(*) FROM born) < ${mostWalked(named)}
    AND NOT EXISTS (SELECT FROM messaging.read_by_muting q WHERE q.org_id = ${org} AND q.user_id = ${user})`

/**
 * SQL for what `lineParts` takes of conversation `a`: of its messages that the actor had not read from the start those that
 * lie nearest below the named ones. So reading everything leaves one range. What was read from the start is looked past
 * for a while only: beyond that a range more is kept. Whatever of the messages counts as read, the rows looked at are at most
 * a constant for each that is named. What is before a message never changes by sends, so this needs no
 * head; a message that moves stands for another part, which moves the rights.
 * @param ids SQL for the named ones, ascending; null where there are none
 * @param beforehand the step `born` has what was read from the start: what is walked along is looked at in the index alone
 */
function lineSql(org: string, user: string, ids: string, beforehand: boolean): string {
  const below = (id: string): string => `coalesce(
    (SELECT near.message_id FROM (
       SELECT b.message_id, ${readAtBirth(user, 'b')} AS own FROM messaging.messages b
       WHERE b.org_id = ${org} AND b.recipient_id = a.recipient_id AND b.message_id < ${id}
       ORDER BY b.message_id DESC LIMIT walk.back) AS near
     WHERE NOT near.own ORDER BY near.message_id DESC LIMIT 1),
    (SELECT b.message_id - 1 FROM messaging.messages b
       WHERE b.org_id = ${org} AND b.recipient_id = a.recipient_id AND b.message_id < ${id}
       ORDER BY b.message_id DESC OFFSET walk.back - 1 LIMIT 1),
    -1)`
  const own = beforehand ? '(w.message_id IN (SELECT b.message_id FROM born b WHERE b.own))' : 'w.own'
  // What was read from the start is taken away from what was walked along, not from where is walked: else the walk goes on
  // until it has found enough of the others.
  return `(CASE WHEN ${ids} IS NULL THEN '{}' ELSE (
    SELECT ${below(`(${ids})[1]`)} || walk.ids || CASE WHEN walk.length < walk.most THEN '{}' ELSE ARRAY(
        SELECT ${below('far')} FROM unnest(${ids}) AS far WHERE far > walk.last ORDER BY far) END
      FROM (SELECT lengths.most, lengths.back, w.length, w.last, w.ids
        FROM (SELECT ${mostWalked(`cardinality(${ids})`)} AS most,
            -- Further back for few than for thousands.
            greatest(20, least(200, 20000 / cardinality(${ids}))) AS back) AS lengths
        CROSS JOIN LATERAL (SELECT count(*) AS length, max(w.message_id) AS last,
            coalesce(array_agg(w.message_id ORDER BY w.message_id) FILTER (WHERE NOT ${own}), '{}') AS ids
          FROM (SELECT b.message_id${beforehand ? '' : `, ${readAtBirth(user, 'b')} AS own`} FROM messaging.messages b
            WHERE b.org_id = ${org} AND b.recipient_id = a.recipient_id AND b.message_id >= (${ids})[1]
              AND b.message_id < (${ids})[cardinality(${ids})]
            ORDER BY b.message_id LIMIT lengths.most) AS w) AS w) AS walk) END)`
}
