import type { Granted } from '@parley/access'
import { MutedUser } from '@parley/api'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

/** Whom the actor mutes, by id. */
export const readMutedUsers = (
  tx: Tx,
  { actor }: Granted<'channel:list'> | Granted<'self:use'>,
): Promise<MutedUser[]> =>
  tx.query(
    MutedUser,
    `SELECT muted_id AS id, floor(extract(epoch FROM muted_at))::bigint AS timestamp
     FROM streams.muted_users WHERE org_id = $1 AND user_id = $2 ORDER BY muted_id`,
    [tx.org, actor.userId],
  )

/** Mutes a person for the actor. @param at milliseconds since the Unix epoch @returns false where they were muted */
export async function muteFor(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  person: number,
  at: number,
): Promise<boolean> {
  const muted = await tx.query(
    z.object({ id: z.int() }),
    `INSERT INTO streams.muted_users (org_id, user_id, muted_id, muted_at)
     VALUES ($1, $2, $3, to_timestamp($4 / 1000.0)) ON CONFLICT DO NOTHING RETURNING muted_id AS id`,
    [tx.org, actor.userId, person, at],
  )
  return muted.length > 0
}

/** Ends that. @returns false where the person was not muted */
export async function unmuteFor(tx: Tx, { actor }: Granted<'self:use'>, person: number): Promise<boolean> {
  const unmuted = await tx.query(
    z.object({ id: z.int() }),
    `DELETE FROM streams.muted_users WHERE org_id = $1 AND user_id = $2 AND muted_id = $3::bigint
     RETURNING muted_id AS id`,
    [tx.org, actor.userId, person],
  )
  return unmuted.length > 0
}

const Found = z.object({
  ids: z.array(z.coerce.number().pipe(z.int())),
  newest: z.int().nullable(),
  oldest: z.int().nullable(),
  looked: z.int(),
})

/**
 * Which messages of a person the actor has unread, ascending, of the newest `most` before a message (null: of all); and the
 * newest and the oldest that were looked at, and how many. Nobody waits for it.
 */
export async function findUnreadOf(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  person: number,
  before: number | null,
  most: number,
): Promise<z.output<typeof Found>> {
  return only(
    await tx.query(
      Found,
      'SELECT ids, newest, oldest, looked FROM messaging.v1_unread_of_sender($1, $2, $3, $4, $5)',
      [tx.org, actor.userId, person, before, most],
    ),
  )
}

/**
 * Marks these messages of a person as read for the actor, and the newest of what was sent after another (null: nothing of
 * that); takes the head. @returns what was unread, ascending
 */
export async function readMessagesOf(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  person: number,
  ids: readonly number[],
  after: number | null,
): Promise<number[]> {
  const row = only(
    await tx.query(
      Found.pick({ ids: true }),
      'SELECT messaging.v2_read_of_sender($1, $2, $3, $4::bigint[], $5) AS ids',
      [tx.org, actor.userId, person, ids, after],
    ),
  )
  return row.ids
}
