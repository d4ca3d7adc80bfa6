import type { Granted } from '@parley/access'
import { type OrgId, userId, type UserId } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { z } from 'zod'

const List = z.object({
  user: z.int().transform(userId),
  words: z.array(z.string()),
  /** Rises with every change of a list, in the order of commits. */
  version: z.int(),
})
/** One person's alert words. */
export type AlertList = z.output<typeof List>

/** The lists of the organisation that were changed after a version, for the service itself: it tells nobody of them. */
export const readAlertLists = (
  database: Pick<Database, 'read'>,
  org: OrgId,
  after: number,
): Promise<AlertList[]> =>
  database.read(org, (tx) =>
    tx.query(
      List,
      `SELECT user_id AS "user", words, version FROM messaging.alert_words
        WHERE org_id = $1 AND version > $2 ORDER BY version`,
      [org, after],
    ),
  )

/** The actor's words, as they came. */
export async function readAlertWords(
  tx: Tx,
  { actor }: Granted<'self:use'> | Granted<'message:list'>,
): Promise<string[]> {
  const [row] = await tx.query(
    List.pick({ words: true }),
    'SELECT words FROM messaging.alert_words WHERE org_id = $1 AND user_id = $2',
    [tx.org, actor.userId],
  )
  return row?.words ?? []
}

/** Gives the actor these words. Behind the head, so that versions rise in the order of commits. */
export async function writeAlertWords(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  words: readonly string[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO messaging.alert_words (org_id, user_id, words, version)
      VALUES ($1, $2, $3, nextval('messaging.alert_versions'))
      ON CONFLICT (org_id, user_id) DO UPDATE SET words = excluded.words, version = excluded.version`,
    [tx.org, actor.userId, words],
  )
}

/** Those of the people to whom messages of the proof's conversation came. */
export async function readThere(
  tx: Tx,
  { object }: Granted<'message:send'> | Granted<'message:edit'>,
  users: readonly UserId[],
): Promise<UserId[]> {
  if (users.length === 0) return []
  const [recipient, of] =
    'message' in object
      ? [
          '(SELECT m.recipient_id FROM messaging.messages m WHERE m.org_id = $1 AND m.message_id = $2)',
          object.message.messageId,
        ]
      : ['$2', object.kind === 'channel' ? object.channel.recipientId : object.direct.recipientId]
  const rows = await tx.query(
    z.object({ id: z.int().transform(userId) }),
    `SELECT r.user_id AS id FROM messaging.received r
      WHERE r.org_id = $1 AND r.recipient_id = ${recipient} AND r.user_id = ANY ($3) ORDER BY r.user_id`,
    [tx.org, of, users],
  )
  return rows.map(({ id }) => id)
}
