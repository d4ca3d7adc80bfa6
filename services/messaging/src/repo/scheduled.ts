import type { Granted } from '@parley/access'
import { type OrgId, orgId } from '@parley/core'
import { type Database, only, type Tx } from '@parley/db'
import { z } from 'zod'

/** Whom a message that is sent later is for, and what it says. Times are seconds since the Unix epoch. */
export interface Later {
  readonly channel: number | null
  /** In ascending order, the sender among them. */
  readonly people: number[] | null
  readonly topic: string
  readonly content: string
  readonly rendered: string
  readonly at: number
}

const Row = z.object({
  id: z.int(),
  user: z.int(),
  channel: z.int().nullable(),
  people: z.array(z.int()).nullable(),
  topic: z.string(),
  content: z.string(),
  rendered: z.string(),
  client: z.string(),
  url: z.string(),
  senderRead: z.boolean(),
  at: z.int(),
  failed: z.boolean(),
  /** How often sending it failed by a fault of ours. */
  attempts: z.int(),
  /** The message that a reminder is about; null for a scheduled message. */
  about: z.int().nullable(),
  /** Is it the organisation's own bot that says it? */
  notice: z.boolean(),
  /** Is it that a topic was resolved, or is not any more? */
  resolved: z.boolean(),
})
/** One that is kept. */
export type ScheduledRow = z.output<typeof Row>

const columns = `scheduled_id AS id, user_id AS "user", channel_id AS channel, user_ids AS people, topic, content,
  rendered, client, url, sender_read AS "senderRead", extract(epoch FROM deliver_at)::bigint AS at, failed,
  attempts, about, resolved, EXISTS (SELECT FROM auth.v1_system_bots b
    WHERE b.org_id = scheduled.org_id AND b.user_id = scheduled.user_id) AS notice`
const kindSql = (reminders: boolean): string => `about IS ${reminders ? 'NOT ' : ''}NULL`
const bounded = (id: number): number => Math.min(id, 2_147_483_647)

/** The actor's scheduled messages, or their reminders, the one due first at the head. */
export const readScheduled = (
  tx: Tx,
  { actor }: Granted<'self:use'> | Granted<'message:list'>,
  kind: 'messages' | 'reminders',
): Promise<ScheduledRow[]> =>
  tx.query(
    Row,
    `SELECT ${columns} FROM messaging.scheduled
      WHERE org_id = $1 AND user_id = $2 AND ${kindSql(kind === 'reminders')} ORDER BY deliver_at, scheduled_id`,
    [tx.org, actor.userId],
  )

const Kept = z.object({ count: z.int(), bytes: z.int() })
/** How many are kept of one person and kind, and the bytes of both kinds together. */
export type Kept = z.output<typeof Kept>

/** First key of the advisory lock of whoever adds to what one person has; the second is the person. */
const addLock = 102

/**
 * How much the actor has besides the one that is changed. Until the transaction ends nobody else adds to it. Taken before
 * the head.
 */
export async function measureScheduled(
  tx: Tx,
  { actor }: Granted<'message:send'> | Granted<'message:read'>,
  kind: 'messages' | 'reminders',
  but: number | null = null,
): Promise<Kept> {
  // A statement of its own: the next one sees what was committed while this one waited.
  await tx.execute('SELECT pg_advisory_xact_lock($1, $2)', [addLock, actor.userId])
  return only(
    await tx.query(
      Kept,
      `SELECT count(*) FILTER (WHERE ${kindSql(kind === 'reminders')})::integer AS count,
        coalesce(sum(octet_length(content) + octet_length(rendered)), 0)::bigint AS bytes
      FROM messaging.scheduled WHERE org_id = $1 AND user_id = $2 AND scheduled_id IS DISTINCT FROM $3::integer`,
      [tx.org, actor.userId, but],
    ),
  )
}

/** Keeps one of the actor's. */
export async function insertScheduled(
  tx: Tx,
  { actor }: Granted<'message:send'> | Granted<'message:read'>,
  later: Later,
  sending: Pick<ScheduledRow, 'client' | 'url' | 'senderRead' | 'about'>,
): Promise<ScheduledRow> {
  return only(
    await tx.query(
      Row,
      `INSERT INTO messaging.scheduled (org_id, user_id, channel_id, user_ids, topic, content, rendered, deliver_at,
        next_try_at, client, url, sender_read, about)
      VALUES ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8), to_timestamp($8), $9, $10, $11, $12) RETURNING ${columns}`,
      [
        tx.org,
        actor.userId,
        ...valuesOf(later),
        sending.client,
        sending.url,
        sending.senderRead,
        sending.about,
      ],
    ),
  )
}

/** A scheduled message of the actor's, held until the transaction ends; null where there is none of that id, any more. */
export async function holdScheduled(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  id: number,
): Promise<ScheduledRow | null> {
  const [row] = await tx.query(
    Row,
    `SELECT ${columns} FROM messaging.scheduled
      WHERE org_id = $1 AND user_id = $2 AND scheduled_id = $3 AND ${kindSql(false)} FOR NO KEY UPDATE`,
    [tx.org, actor.userId, bounded(id)],
  )
  return row ?? null
}

/** Puts another in the place of one that is held; it has not failed yet. */
export async function replaceScheduled(
  tx: Tx,
  { actor }: Granted<'message:send'>,
  id: number,
  later: Later,
): Promise<ScheduledRow> {
  return only(
    await tx.query(
      Row,
      `UPDATE messaging.scheduled SET channel_id = $3, user_ids = $4, topic = $5, content = $6, rendered = $7,
        deliver_at = to_timestamp($8), next_try_at = to_timestamp($8), attempts = 0, failed = false
      WHERE org_id = $1 AND user_id = $2 AND scheduled_id = $9 RETURNING ${columns}`,
      [tx.org, actor.userId, ...valuesOf(later), id],
    ),
  )
}

/** Throws one of the actor's away: unsent, or sent in this transaction. @returns false where there is none of that id */
export async function removeScheduled(
  tx: Tx,
  { actor }: Granted<'self:use'> | Granted<'message:send'>,
  id: number,
  kind: 'messages' | 'reminders',
): Promise<boolean> {
  const gone = await tx.execute(
    `DELETE FROM messaging.scheduled
      WHERE org_id = $1 AND user_id = $2 AND scheduled_id = $3 AND ${kindSql(kind === 'reminders')}`,
    [tx.org, actor.userId, bounded(id)],
  )
  return gone === 1
}

/** Organisations with something due. @param now seconds since the Unix epoch */
export async function dueOrganisations(database: Database, now: number): Promise<OrgId[]> {
  const rows = await database.once(
    z.object({ id: z.int() }),
    'SELECT id FROM messaging.due_organisations($1) AS id',
    [now],
  )
  return rows.map(({ id }) => orgId(id))
}

/**
 * Takes what has been due longest, so that no other instance does before this transaction ends; null where nothing is
 * due that is not taken. Whoever changes or deletes it waits, or is waited for.
 * @param now seconds since the Unix epoch
 * @param first what has its turn where both are due: what the organisation's bot is to say, which is due from the beginning of
 *   time, or what people want to be sent
 */
export async function claimDue(
  tx: Tx,
  now: number,
  first: 'notices' | 'others',
): Promise<ScheduledRow | null> {
  const claim = async (after: number): Promise<ScheduledRow | null> => {
    const [row] = await tx.query(
      Row,
      `SELECT ${columns} FROM messaging.scheduled
        WHERE org_id = $1 AND NOT failed AND next_try_at <= to_timestamp($2) AND next_try_at > to_timestamp($3)
        ORDER BY next_try_at, scheduled_id LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [tx.org, now, after],
    )
    return row ?? null
  }
  const others = first === 'others' ? await claim(0) : null
  return others ?? (await claim(-1))
}

/** Takes one that was claimed before once more; null where it is not due, or taken, any more. @param now as when it was claimed */
export async function claimAgain(
  tx: Tx,
  { id, user }: ScheduledRow,
  now: number,
): Promise<ScheduledRow | null> {
  const [row] = await tx.query(
    Row,
    `SELECT ${columns} FROM messaging.scheduled
      WHERE org_id = $1 AND user_id = $2 AND scheduled_id = $3 AND NOT failed AND next_try_at <= to_timestamp($4)
      FOR UPDATE SKIP LOCKED`,
    [tx.org, user, id, now],
  )
  return row ?? null
}

/**
 * Puts off one that was claimed and could not be sent by a fault of ours, or gives it up.
 * @param now seconds since the Unix epoch, as when it was claimed
 * @param wait seconds; null to give it up
 * @returns how it is kept now; null where it is gone, was changed, or another instance has counted this already
 */
export async function putOffScheduled(
  tx: Tx,
  { id, user, attempts }: ScheduledRow,
  now: number,
  wait: number | null,
): Promise<ScheduledRow | null> {
  const [row] = await tx.query(
    Row,
    `UPDATE messaging.scheduled
      SET attempts = attempts + 1, next_try_at = to_timestamp($5 + $6::integer), failed = $7
      WHERE org_id = $1 AND user_id = $2 AND scheduled_id = $3 AND attempts = $4 AND NOT failed
        AND next_try_at <= to_timestamp($5) RETURNING ${columns}`,
    [tx.org, user, id, attempts, now, wait ?? 0, wait === null],
  )
  return row ?? null
}

/** Drops one that was claimed: it was sent in this transaction, or it is a notice that cannot be. */
export async function dropDue(tx: Tx, { id, user }: ScheduledRow): Promise<void> {
  await tx.execute(
    'DELETE FROM messaging.scheduled WHERE org_id = $1 AND user_id = $2 AND scheduled_id = $3',
    [tx.org, user, id],
  )
}

/** Keeps one that was claimed and could not be sent, for its writer to see. */
export async function failScheduled(tx: Tx, { id, user }: ScheduledRow): Promise<void> {
  await tx.execute(
    'UPDATE messaging.scheduled SET failed = true WHERE org_id = $1 AND user_id = $2 AND scheduled_id = $3',
    [tx.org, user, id],
  )
}

const valuesOf = (later: Later): unknown[] => [
  later.channel,
  later.people,
  later.topic,
  later.content,
  later.rendered,
  later.at,
]
