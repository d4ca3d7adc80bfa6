import type { Granted } from '@parley/access'
import { MutedUser } from '@parley/api'
import type { Tx } from '@parley/db'
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

/** The newest of what is marked at once: it happens behind the head, where everybody waits. */
const mostRead = 20_000

/** Marks what the actor has unread of a person as read; takes the head. @returns the messages, ascending */
export async function readMessagesOf(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  person: number,
): Promise<number[]> {
  const [row] = await tx.query(
    z.object({ ids: z.array(z.coerce.number().pipe(z.int())) }),
    'SELECT messaging.v1_read_of_sender($1, $2, $3, $4) AS ids',
    [tx.org, actor.userId, person, mostRead],
  )
  return row?.ids ?? []
}
