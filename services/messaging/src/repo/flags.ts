import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { readAtBirth, ruleSql, Values } from './spans.ts'

declare class Decided {
  private readonly mayRead: true
}

/** A message as far as changing its flags goes. */
const Row = z.object({
  id: z.int(),
  recipientId: z.int(),
  channelId: z.int().nullable(),
  userIds: z.array(z.int()).nullable(),
  topic: z.string(),
  /** Did it come to the reader? */
  received: z.boolean(),
  /** Is the reader subscribed to its channel now? True for direct messages. */
  subscribed: z.boolean(),
  read: z.boolean(),
  starred: z.boolean(),
  collapsed: z.boolean(),
  mentioned: z.boolean(),
})
/** One that the actor may read; only `readMarkable` finds them. */
export type Markable = z.output<typeof Row> & Decided

const idsOf = (messages: readonly Markable[]): number[] => messages.map(({ id }) => id)

/** Those of the named messages that the actor may read, ascending, as they are marked now. */
export async function readMarkable(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  ids: readonly number[],
): Promise<Markable[]> {
  const values = new Values()
  const org = values.add(tx.org)
  const user = values.add(actor.userId)
  const rows = await tx.query(
    Row,
    // What is the same for all of a conversation is looked up once for it.
    `WITH named AS MATERIALIZED (
        SELECT m.message_id, m.recipient_id, m.topic, ${readAtBirth(user)} AS born,
          m.channel_wildcard OR ${user} = ANY (m.topic_wildcard) AS everybody
        FROM messaging.messages m
        WHERE m.org_id = ${org} AND m.message_id = ANY (${values.add(ids)}::bigint[])),
      places AS MATERIALIZED (
        SELECT rc.recipient_id, rc.channel_id, rc.user_ids, coalesce(r.ranges, '{}') AS came,
          coalesce(s.ranges, '{}') AS done,
          rc.channel_id IS NULL OR EXISTS (SELECT FROM streams.v1_subscriptions sub
            WHERE sub.org_id = ${org} AND sub.channel_id = rc.channel_id AND sub.user_id = ${user}) AS subscribed,
          ${ruleSql(values, actor, user, 'true')} AS what_came, ${ruleSql(values, actor, user, 'false')} AS what_did_not
        FROM messaging.recipients rc
        LEFT JOIN streams.v1_channels ch ON ch.org_id = ${org} AND ch.channel_id = rc.channel_id
        LEFT JOIN messaging.received r
          ON r.org_id = ${org} AND r.user_id = ${user} AND r.recipient_id = rc.recipient_id
        LEFT JOIN messaging.read_state s
          ON s.org_id = ${org} AND s.user_id = ${user} AND s.recipient_id = rc.recipient_id
        WHERE rc.org_id = ${org} AND rc.recipient_id = ANY (ARRAY(SELECT DISTINCT recipient_id FROM named)))
      SELECT m.message_id AS id, m.recipient_id AS "recipientId", p.channel_id AS "channelId",
        p.user_ids AS "userIds", m.topic, got.yes AS received, p.subscribed,
        NOT got.yes OR m.born OR p.done @> m.message_id AS read,
        coalesce(f.starred, false) AS starred, coalesce(f.collapsed, false) AS collapsed,
        coalesce(f.mentioned, false) OR m.everybody AND NOT coalesce(f.historical, false) AS mentioned
      FROM named m
      JOIN places p ON p.recipient_id = m.recipient_id
      CROSS JOIN LATERAL (SELECT p.came @> m.message_id AS yes) AS got
      LEFT JOIN messaging.user_flags f
        ON f.org_id = ${org} AND f.user_id = ${user} AND f.message_id = m.message_id
      WHERE CASE WHEN got.yes THEN p.what_came ELSE p.what_did_not END
      ORDER BY m.message_id`,
    values.list,
  )
  return rows as Markable[]
}

const Part = z.object({ recipientId: z.int(), ranges: z.string() })
/** What messages stand for on the id lines of their conversations. */
export type Parts = readonly z.output<typeof Part>[] & Decided

/**
 * The parts of the id lines that messages stand for: each from behind the one before it that the reader had not read
 * from the start. Such parts join where nothing lies between them, so that reading everything leaves one range. What was
 * read so is looked past for a while only: beyond that a range more is kept. What is before a message never changes
 * by sends, so this needs no head; a message that moves stands for another part, which moves the rights.
 */
export async function partsOf(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  messages: readonly Markable[],
): Promise<Parts> {
  const parts =
    messages.length === 0
      ? []
      : await tx.query(
          Part,
          `SELECT c.recipient_id AS "recipientId", range_agg(c.cell)::text AS ranges
      FROM (
        SELECT m.recipient_id, int8range(coalesce(
          (SELECT near.message_id + 1 FROM (
             SELECT p.message_id, ${readAtBirth('$2', 'p')} AS own FROM messaging.messages p
             WHERE p.org_id = m.org_id AND p.recipient_id = m.recipient_id AND p.message_id < m.message_id
             ORDER BY p.message_id DESC LIMIT 200) AS near
           WHERE NOT near.own ORDER BY near.message_id DESC LIMIT 1),
          (SELECT p.message_id FROM messaging.messages p
             WHERE p.org_id = m.org_id AND p.recipient_id = m.recipient_id AND p.message_id < m.message_id
             ORDER BY p.message_id DESC OFFSET 199 LIMIT 1),
          0), m.message_id + 1) AS cell
        FROM messaging.messages m
        WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[])) AS c
      GROUP BY c.recipient_id`,
          [tx.org, actor.userId, idsOf(messages)],
        )
  return parts as z.output<typeof Part>[] & Decided
}

// What follows writes rows that streams' membership functions write too. All of it happens behind the head, theirs and
// ours, so that none waits for the other the wrong way round.

const columnsOf = (parts: Parts): [recipients: number[], ranges: string[]] => [
  parts.map(({ recipientId }) => recipientId),
  parts.map(({ ranges }) => ranges),
]

/** Marks messages that came to the actor as read. */
export async function markRead(tx: Tx, { actor }: Granted<'message:list'>, parts: Parts): Promise<void> {
  await tx.execute(
    `INSERT INTO messaging.read_state AS t (org_id, user_id, recipient_id, ranges)
      SELECT $1, $2, p.recipient, p.ranges
        FROM unnest($3::integer[], $4::int8multirange[]) AS p (recipient, ranges)
      ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = t.ranges + excluded.ranges`,
    [tx.org, actor.userId, ...columnsOf(parts)],
  )
}

/** Marks messages that came to the actor as unread, also what was read from the start. */
export async function markUnread(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  messages: readonly Markable[],
  parts: Parts,
): Promise<void> {
  await tx.execute(
    `UPDATE messaging.messages m SET sender_read = m.sender_read AND m.sender_id <> $2, read_by = array_remove(m.read_by, $2),
        unread_for = CASE WHEN $2 <> ALL (m.unread_for) THEN m.unread_for || $2::integer ELSE m.unread_for END
      WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[]) AND ${readAtBirth('$2')}`,
    [tx.org, actor.userId, idsOf(messages)],
  )
  // What they read from here on they read themselves.
  await tx.execute(
    `UPDATE messaging.read_by_muting AS t SET ranges = t.ranges - own.ids
      FROM (SELECT m.sender_id, range_agg(int8range(m.message_id, m.message_id + 1)) AS ids FROM messaging.messages m
        WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[]) GROUP BY m.sender_id) AS own
      WHERE t.org_id = $1 AND t.user_id = $2 AND t.sender_id = own.sender_id AND t.ranges && own.ids`,
    [tx.org, actor.userId, idsOf(messages)],
  )
  await tx.execute(
    `UPDATE messaging.read_state AS t SET ranges = t.ranges - p.ranges
      FROM unnest($3::integer[], $4::int8multirange[]) AS p (recipient, ranges)
      WHERE t.org_id = $1 AND t.user_id = $2 AND t.recipient_id = p.recipient`,
    [tx.org, actor.userId, ...columnsOf(parts)],
  )
}

/**
 * Makes messages from before the actor's time theirs: `historical`, and read as they were.
 * @param messages that did not come to the actor
 * @param parts those of `messages`
 */
export async function adopt(
  tx: Tx,
  granted: Granted<'message:list'>,
  messages: readonly Markable[],
  parts: Parts,
): Promise<void> {
  const { userId } = granted.actor
  await tx.execute(
    `INSERT INTO messaging.user_flags AS f (org_id, user_id, message_id, recipient_id, historical)
      SELECT $1, $2, m.message_id, m.recipient_id, true FROM messaging.messages m
       WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[])
      ON CONFLICT (org_id, user_id, message_id) DO UPDATE SET historical = true`,
    [tx.org, userId, idsOf(messages)],
  )
  // Single ids: what lies before them did not come to the actor either.
  await tx.execute(
    `INSERT INTO messaging.received AS r (org_id, user_id, recipient_id, ranges)
      SELECT $1, $2, m.recipient_id, range_agg(int8range(m.message_id, m.message_id + 1))
        FROM messaging.messages m WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[])
       GROUP BY m.recipient_id
      ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = r.ranges + excluded.ranges`,
    [tx.org, userId, idsOf(messages)],
  )
  await markRead(tx, granted, parts)
}

/** Sets or clears a star or a collapsing. */
export async function setFlag(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  messages: readonly Markable[],
  flag: 'starred' | 'collapsed',
  value: boolean,
): Promise<void> {
  await tx.execute(
    `INSERT INTO messaging.user_flags AS f (org_id, user_id, message_id, recipient_id, ${flag})
      SELECT $1, $2, m.message_id, m.recipient_id, $4 FROM messaging.messages m
       WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[])
      ON CONFLICT (org_id, user_id, message_id) DO UPDATE SET ${flag} = excluded.${flag}`,
    [tx.org, actor.userId, idsOf(messages), value],
  )
}
