import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { type UnreadGroup, unreadGroups } from '../rules/unread-groups.ts'
import { Numbers, Texts } from './columns.ts'
import { readAtBirth } from './read-at-birth.ts'
import { ruleSql, spansSql, Values } from './spans.ts'

/** Most unread messages that a snapshot names (Zulip API: unread_msgs, `old_unreads_missing`). */
export const maxUnread = 50_000
/** Most direct conversations that a snapshot names. */
export const maxConversations = 1_000

/** Of one conversation, by column: a row for each topic of thousands takes both sides longer than grouping them here. */
const UnreadPlace = z.object({
  channelId: z.int().nullable(),
  userIds: z.array(z.int()).nullable(),
  ids: Numbers,
  topics: Texts,
  keys: Texts,
  mentioned: Numbers,
})

/**
 * The newest of what the actor may read and has not read, by topic and conversation, that with the oldest message
 * first; one more than `maxUnread` where there are more.
 */
export async function readUnread(tx: Tx, { actor }: Granted<'message:list'>): Promise<UnreadGroup[]> {
  const values = new Values()
  const org = values.add(tx.org)
  const user = values.add(actor.userId)
  const spans = spansSql(values, org, user, { actor, terms: [], unread: true, rule: 'message:read' })
  const most = values.add(maxUnread + 1)
  const places = await tx.query(
    UnreadPlace,
    // The newest of each conversation, then the newest of those: each is one short walk along an index.
    `WITH spans AS MATERIALIZED (${spans}), unread AS (
        SELECT m.message_id AS id, s.recipient_id, m.topic, m.topic_key,
          m.message_id IN (SELECT f.message_id FROM messaging.user_flags f
            WHERE f.org_id = ${org} AND f.user_id = ${user} AND f.mentioned)
          -- Who was not there is not mentioned by naming everybody.
          OR (m.channel_wildcard OR ${user} = ANY (m.topic_wildcard)) AND NOT EXISTS (
            SELECT FROM messaging.user_flags f WHERE f.org_id = ${org} AND f.user_id = ${user}
              AND f.message_id = m.message_id AND f.historical) AS mentioned
        FROM spans s
        CROSS JOIN LATERAL (
          SELECT m.message_id, m.topic, m.topic_key, m.channel_wildcard, m.topic_wildcard
          FROM messaging.messages m
          WHERE m.org_id = ${org} AND m.recipient_id = s.recipient_id
            AND m.message_id >= s.lo AND m.message_id < s.hi
            AND NOT ${readAtBirth(user)}
          ORDER BY m.message_id DESC LIMIT ${most}) AS m
        ORDER BY m.message_id DESC LIMIT ${most})
      SELECT rc.channel_id AS "channelId", rc.user_ids AS "userIds", u.ids, u.topics, u.keys, u.mentioned
      FROM (
        SELECT u.recipient_id, array_agg(u.id) AS ids, json_agg(u.topic) AS topics, json_agg(u.topic_key) AS keys,
          coalesce(array_agg(u.id) FILTER (WHERE u.mentioned), '{}') AS mentioned
        FROM unread u GROUP BY u.recipient_id) AS u
      JOIN messaging.recipients rc ON rc.org_id = ${org} AND rc.recipient_id = u.recipient_id`,
    values.list,
  )
  return unreadGroups(places)
}

/** Among so many of the organisation's newest messages is nearly always one that came to whoever asks. */
const lately = 200

/** The newest message that came to the actor; -1 where none did. */
export async function readMaxMessageId(tx: Tx, { actor }: Granted<'message:list'>): Promise<number> {
  const values = new Values()
  const org = values.add(tx.org)
  const user = values.add(actor.userId)
  const spans = spansSql(values, org, user, { actor, terms: [], unread: false, rule: 'message:read' })
  const [row] = await tx.query(
    z.object({ id: z.int() }),
    `SELECT coalesce((
        SELECT max(m.message_id)
        FROM (SELECT m.message_id, m.recipient_id FROM messaging.messages m
          WHERE m.org_id = ${org} ORDER BY m.message_id DESC LIMIT ${lately}) AS m
        JOIN messaging.recipients rc ON rc.org_id = ${org} AND rc.recipient_id = m.recipient_id
        JOIN messaging.received r ON r.org_id = ${org} AND r.user_id = ${user} AND r.recipient_id = m.recipient_id
        LEFT JOIN streams.v1_channels ch ON ch.org_id = ${org} AND ch.channel_id = rc.channel_id
        WHERE r.ranges @> m.message_id AND ${ruleSql(values, actor, user, 'true')}), (
        WITH spans AS MATERIALIZED (${spans})
        SELECT max(newest.message_id)
        FROM spans s CROSS JOIN LATERAL (
          SELECT m.message_id FROM messaging.messages m
          WHERE m.org_id = ${org} AND m.recipient_id = s.recipient_id
            AND m.message_id >= s.lo AND m.message_id < s.hi
          ORDER BY m.message_id DESC LIMIT 1) AS newest), -1) AS id`,
    values.list,
  )
  return row?.id ?? -1
}

/**
 * The messages that the actor starred, ascending; only ids. Those of a channel that was lost since are among them, as
 * in Zulip: no event takes the stars away, and they are there again when the actor is.
 */
export async function readStarred(tx: Tx, { actor }: Granted<'message:list'>): Promise<number[]> {
  const rows = await tx.query(
    z.object({ id: z.int() }),
    `SELECT f.message_id AS id FROM messaging.user_flags f
      WHERE f.org_id = $1 AND f.user_id = $2 AND f.starred ORDER BY f.message_id`,
    [tx.org, actor.userId],
  )
  return rows.map(({ id }) => id)
}

const ConversationRow = z.object({ userIds: z.array(z.int()), newest: z.int() })
export type ConversationRow = z.output<typeof ConversationRow>

/** The actor's direct conversations, the latest first. */
export const readConversations = (tx: Tx, { actor }: Granted<'message:list'>): Promise<ConversationRow[]> =>
  tx.query(
    ConversationRow,
    `SELECT rc.user_ids AS "userIds", newest.message_id AS newest
      FROM messaging.received r
      JOIN messaging.recipients rc ON rc.org_id = $1 AND rc.recipient_id = r.recipient_id
      CROSS JOIN LATERAL (
        SELECT m.message_id FROM messaging.messages m
        WHERE m.org_id = $1 AND m.recipient_id = r.recipient_id
        ORDER BY m.message_id DESC LIMIT 1) AS newest
      WHERE r.org_id = $1 AND r.user_id = $2 AND rc.user_ids IS NOT NULL
      ORDER BY newest.message_id DESC LIMIT ${maxConversations}`,
    [tx.org, actor.userId],
  )
