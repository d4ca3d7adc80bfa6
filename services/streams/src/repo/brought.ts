import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'

/** So many people are told in an hour at most that one and the same person brought them into channels. */
const mostInAnHour = 500

/**
 * Counts people who are told that the actor brought them into channels; whoever changes memberships takes turns.
 * @param at milliseconds since the Unix epoch
 * @returns false where they would be too many
 */
export async function mayTell(
  tx: Tx,
  { actor }: Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'>,
  people: number,
  at: number,
): Promise<boolean> {
  const counted = await tx.execute(
    `INSERT INTO streams.brought AS b (org_id, user_id, since, people)
      VALUES ($1, $2, to_timestamp($4 / 1000.0), $3)
      ON CONFLICT (org_id, user_id) DO UPDATE SET
        since = CASE WHEN b.since <= excluded.since - interval '1 hour' THEN excluded.since ELSE b.since END,
        people = CASE WHEN b.since <= excluded.since - interval '1 hour' THEN 0 ELSE b.people END + excluded.people
        WHERE b.since <= excluded.since - interval '1 hour' OR b.people + excluded.people <= ${mostInAnHour}`,
    [tx.org, actor.userId, people, at],
  )
  return counted === 1
}
