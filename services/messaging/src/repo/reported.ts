import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'

/**
 * Writes down that the actor reports the message.
 * @param words a digest of the explanation that comes with it
 * @param at milliseconds since the Unix epoch
 * @returns false where they have for this reason and last in these words, and it says what it said then
 */
export async function noteReport(
  tx: Tx,
  { actor, object }: Granted<'message:read'>,
  reportType: string,
  words: Buffer,
  at: number,
): Promise<boolean> {
  const noted = await tx.execute(
    `INSERT INTO messaging.reported AS r (org_id, user_id, message_id, report_type, reported_at, words)
      VALUES ($1, $2, $3, $4, to_timestamp($5 / 1000.0), $6)
      ON CONFLICT (org_id, user_id, message_id, report_type)
        DO UPDATE SET reported_at = excluded.reported_at, words = excluded.words
        WHERE r.words IS DISTINCT FROM excluded.words OR r.reported_at < (SELECT m.edited_at FROM messaging.messages m WHERE m.org_id = $1 AND m.message_id = $3)`,
    [tx.org, actor.userId, object.messageId, reportType, at, words],
  )
  return noted === 1
}
