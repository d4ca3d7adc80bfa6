import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { rangesOfIds } from '../rules/id-ranges.ts'
import type { Affected, Fate } from '../rules/relocation.ts'
import type { Readable } from './fetch.ts'
import { unsettle } from './words.ts'

/** The two recipients and channels, as $2 to $5 of every statement here; $1 is the organisation. */
const places = (tx: Tx, { object: { message, target } }: Granted<'message:move-channel'>): number[] => [
  tx.org,
  message.channel?.recipientId ?? 0,
  target.recipientId,
  message.channel?.channelId ?? 0,
  target.channelId,
]

/** Everybody whom the move may touch: who is in either channel, and whose rows name the messages. */
const touched = `
  SELECT r.user_id FROM messaging.received r
    WHERE r.org_id = $1 AND r.recipient_id IN ($2, $3)
      AND r.ranges && range_merge($6::int8multirange) AND r.ranges && $6::int8multirange
  UNION
  SELECT s.user_id FROM streams.v1_subscriptions s WHERE s.org_id = $1 AND s.channel_id IN ($4, $5)`

/** Does the move touch more people than `most`? Those who are in the channels are counted first, which costs little. */
export async function affectsMore(
  tx: Tx,
  granted: Granted<'message:move-channel'>,
  ids: Readable,
  most: number,
): Promise<boolean> {
  const People = z.object({ people: z.int() })
  const [org, , , from, to] = places(tx, granted)
  const [inside] = await tx.query(
    People,
    `SELECT count(*) AS people FROM (SELECT DISTINCT s.user_id FROM streams.v1_subscriptions s
      WHERE s.org_id = $1 AND s.channel_id IN ($2, $3) LIMIT $4) AS t`,
    [org, from, to, most + 1],
  )
  if ((inside?.people ?? 0) > most) return true
  const [all] = await tx.query(
    People,
    `SELECT count(*) AS people FROM (SELECT FROM (${touched}) AS t LIMIT $7) AS people`,
    [...places(tx, granted), rangesOfIds(ids), most + 1],
  )
  return (all?.people ?? 0) > most
}

const Row = z.object({
  user: z.int(),
  active: z.boolean(),
  guest: z.boolean(),
  inOld: z.boolean(),
  inNew: z.boolean(),
  access: z.boolean(),
  held: z.string(),
  unread: z.string(),
})

/** How each of these people stands to the messages, before they move. */
export function readAffected(
  tx: Tx,
  granted: Granted<'message:move-channel'>,
  ids: Readable,
): Promise<Affected[]> {
  const { inviteOnly, groups } = granted.object.target
  const opening = [groups.can_subscribe_group, groups.can_add_subscribers_group]
  return tx.query(
    Row,
    `WITH readers AS MATERIALIZED (
        SELECT m.user_id FROM auth.v1_members_of($1, $7) AS m WHERE $8)
      SELECT a.user_id AS "user", a.is_active AS active, a.role >= 600 AS guest, old.yes AS "inOld", new.yes AS "inNew",
        new.yes OR a.role < 600 AND (NOT $8 OR a.user_id IN (SELECT user_id FROM readers)) AS access,
        coalesce(got.held, '{}')::text AS held, coalesce(got.held - coalesce(s.ranges, '{}'), '{}')::text AS unread
      FROM (${touched}) AS t
      JOIN auth.v1_actors a ON a.org_id = $1 AND a.user_id = t.user_id
      LEFT JOIN LATERAL (SELECT r.ranges * $6::int8multirange AS held FROM messaging.received r
        WHERE r.org_id = $1 AND r.user_id = t.user_id AND r.recipient_id = $2) AS got ON true
      LEFT JOIN messaging.read_state s ON s.org_id = $1 AND s.user_id = t.user_id AND s.recipient_id = $2
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM streams.v1_subscriptions o
        WHERE o.org_id = $1 AND o.channel_id = $4 AND o.user_id = t.user_id) AS yes) AS old
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM streams.v1_subscriptions n
        WHERE n.org_id = $1 AND n.channel_id = $5 AND n.user_id = t.user_id) AS yes) AS new
      ORDER BY a.user_id`,
    [...places(tx, granted), rangesOfIds(ids), opening, inviteOnly],
  )
}

/** Whom the messages are starred for. */
const Star = z.object({ user: z.int(), ids: z.array(z.int()) })
export type Star = z.output<typeof Star>
export const readStars = (
  tx: Tx,
  _granted: Granted<'message:move-channel'>,
  ids: Readable,
): Promise<Star[]> =>
  tx.query(
    Star,
    `SELECT f.user_id AS "user", array_agg(f.message_id ORDER BY f.message_id) AS ids FROM messaging.user_flags f
      WHERE f.org_id = $1 AND f.message_id = ANY ($2::bigint[]) AND f.starred
      GROUP BY f.user_id ORDER BY f.user_id`,
    [tx.org, ids],
  )

/** Of each person one row: whose, and which of the messages. */
function perPerson(fates: readonly Fate[], idsOf: (fate: Fate) => readonly number[]): [number[], string[]] {
  const rows = fates.flatMap((fate) => {
    const ranges = rangesOfIds(idsOf(fate))
    return fate.users.map((user) => [user, ranges] as const)
  })
  return [rows.map(([user]) => user), rows.map(([, ranges]) => ranges)]
}

/** Puts what came to people, and what of it they have read, into the new channel: single messages, never what lies between. */
export async function moveRanges(
  tx: Tx,
  granted: Granted<'message:move-channel'>,
  ids: Readable,
  fates: readonly Fate[],
): Promise<void> {
  const [org, from, to] = places(tx, granted)
  const points = rangesOfIds(ids)
  await tx.execute(
    `UPDATE messaging.received SET ranges = ranges - $3::int8multirange
      WHERE org_id = $1 AND recipient_id = $2
        AND ranges && range_merge($3::int8multirange) AND ranges && $3::int8multirange`,
    [org, from, points],
  )
  // Ranges go over the numbers of what was said elsewhere, also while somebody was away: they say nothing of these.
  const theirs = fates.filter(({ received }) => received.length > 0)
  await tx.execute(
    `UPDATE messaging.received SET ranges = ranges - $3::int8multirange
      WHERE org_id = $1 AND recipient_id = $2 AND ranges && $3::int8multirange AND user_id <> ALL ($4::integer[])`,
    [org, to, points, theirs.flatMap(({ users }) => users)],
  )
  await tx.execute(
    `INSERT INTO messaging.received AS r (org_id, user_id, recipient_id, ranges)
      SELECT $1, p.id, $2, p.ranges FROM unnest($4::integer[], $5::int8multirange[]) AS p (id, ranges)
      ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = r.ranges - $3::int8multirange + excluded.ranges
        WHERE r.ranges * $3::int8multirange <> excluded.ranges`,
    [org, to, points, ...perPerson(theirs, ({ received }) => received)],
  )
  await tx.execute(
    `INSERT INTO messaging.read_state AS s (org_id, user_id, recipient_id, ranges)
      SELECT $1, p.id, $2, $3::int8multirange - p.unread FROM unnest($4::integer[], $5::int8multirange[]) AS p (id, unread)
      ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET
        ranges = s.ranges - $3::int8multirange + excluded.ranges
        WHERE s.ranges * $3::int8multirange <> excluded.ranges`,
    [org, to, points, ...perPerson(theirs, ({ unread }) => unread)],
  )
}

/** Takes the marks of who does not keep them; whoever gets a message that never came to them is not mentioned by naming everybody. */
export async function moveMarks(
  tx: Tx,
  granted: Granted<'message:move-channel'>,
  ids: Readable,
  fates: readonly Fate[],
): Promise<void> {
  const [org, , to] = places(tx, granted)
  const keepers = perPerson(
    fates.filter(({ kept }) => kept.length > 0),
    ({ kept }) => kept,
  )
  await tx.execute(
    `DELETE FROM messaging.user_flags f WHERE f.org_id = $1 AND f.message_id = ANY ($2::bigint[])
      AND NOT EXISTS (SELECT FROM unnest($3::integer[], $4::int8multirange[]) AS k (id, ranges)
        WHERE k.id = f.user_id AND k.ranges @> f.message_id)`,
    [org, ids, ...keepers],
  )
  await tx.execute(
    `UPDATE messaging.user_flags SET recipient_id = $3 WHERE org_id = $1 AND message_id = ANY ($2::bigint[])`,
    [org, ids, to],
  )
  const foreign = fates.filter((fate) => fate.foreign.length > 0)
  await tx.execute(
    `INSERT INTO messaging.user_flags AS f (org_id, user_id, message_id, recipient_id, historical)
      WITH people AS MATERIALIZED (SELECT * FROM unnest($4::integer[], $5::int8multirange[]) AS p (id, ranges))
      SELECT m.org_id, p.id, m.message_id, $3::integer, true
      FROM messaging.messages m CROSS JOIN people p
      WHERE m.org_id = $1 AND m.message_id = ANY ($2::bigint[]) AND m.channel_wildcard AND p.ranges @> m.message_id
      UNION
      -- Joined, for both may be many: whom a topic or a large group means, and those who move with it.
      SELECT m.org_id, p.id, m.message_id, $3::integer, true
      FROM messaging.messages m CROSS JOIN LATERAL unnest(m.topic_wildcard) AS w (id) JOIN people p ON p.id = w.id
      WHERE m.org_id = $1 AND m.message_id = ANY ($2::bigint[]) AND p.ranges @> m.message_id
      ON CONFLICT (org_id, user_id, message_id) DO UPDATE SET historical = true`,
    [org, ids, to, ...perPerson(foreign, (fate) => fate.foreign)],
  )
}

/**
 * Puts messages into the proof's other channel and keeps where they were.
 * @param topic the one that they get; null where each keeps its own
 * @param at seconds since the Unix epoch
 */
export async function writeChannel(
  tx: Tx,
  granted: Granted<'message:move-channel'>,
  ids: Readable,
  topic: string | null,
  at: number,
): Promise<void> {
  const [org, from, to, old, target] = places(tx, granted)
  await tx.execute(
    `INSERT INTO messaging.edits (org_id, message_id, user_id, edited_at, prev_topic, topic, prev_channel, channel)
      SELECT m.org_id, m.message_id, $4, to_timestamp($5), CASE WHEN $6::text IS NOT NULL THEN m.topic END, $6, $7, $8
      FROM messaging.messages m
       WHERE m.org_id = $1 AND m.recipient_id = $2 AND m.message_id = ANY ($3::bigint[]) ORDER BY m.message_id`,
    [org, from, ids, granted.actor.userId, at, topic, old, target],
  )
  await tx.execute(
    `UPDATE messaging.messages SET recipient_id = $4, topic = coalesce($5, topic), moved_at = to_timestamp($6)
      WHERE org_id = $1 AND recipient_id = $2 AND message_id = ANY ($3::bigint[])`,
    [org, from, ids, to, topic, at],
  )
  await tx.execute(
    `INSERT INTO messaging.relocated AS r (org_id, message_id, channel_id)
      SELECT $1, id, $3 FROM unnest($2::bigint[]) AS id
      ON CONFLICT (org_id, message_id) DO UPDATE SET channel_id = excluded.channel_id`,
    [org, ids, target],
  )
  await tx.execute(
    'DELETE FROM messaging.unsettled WHERE org_id = $1 AND recipient_id = $2 AND message_id = ANY ($3::bigint[])',
    [org, from, ids],
  )
  await unsettle(tx, granted, ids)
}
