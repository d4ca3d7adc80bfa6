import type { Granted } from '@parley/access'
import { type OrgId, orgId } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { z } from 'zod'

/** A piece of work: about what a message's sender may have to wait for who edits it at that moment, some milliseconds. */
const mostMessages = 64
const mostBytes = 64_000

/** Organisations with messages whose words are not written yet. */
export async function unsettledOrganisations(database: Database): Promise<OrgId[]> {
  const rows = await database.once(
    z.object({ id: z.int() }),
    'SELECT id FROM messaging.unsettled_organisations() AS id',
  )
  return rows.map(({ id }) => orgId(id))
}

/**
 * Writes the words of some of the organisation's messages, and files them in the index: behind the transaction, for filing
 * waits for everybody else who does. @returns how many; 0 where nothing waits or others do it
 */
export async function settleWords(database: Database, org: OrgId): Promise<number> {
  const [row] = await database.write(org, (tx) =>
    tx.query(z.object({ done: z.int() }), 'SELECT messaging.settle_words($1, $2, $3) AS done', [
      org,
      mostMessages,
      mostBytes,
    ]),
  )
  const done = row?.done ?? 0
  if (done > 0) await database.once(z.unknown(), 'SELECT messaging.file_words()')
  return done
}

/** Spellings of a topic that are held against its new name one by one while everybody waits. */
const mostSpellings = 10

/** Will messages be found by other words once they stand in the topic? Asked before they are moved. */
export async function movesWords(
  tx: Tx,
  _granted: Granted<'message:move-topic'>,
  ids: readonly number[],
  topic: string,
): Promise<boolean> {
  const [row] = await tx.query(
    z.object({ moves: z.boolean().nullable() }),
    `SELECT count(*) > $4 OR bool_or(messaging.words_of(s.topic) <> messaging.words_of($3)) AS moves
      FROM (SELECT DISTINCT topic FROM messaging.messages
        WHERE org_id = $1 AND message_id = ANY ($2::bigint[]) LIMIT $4 + 1) AS s`,
    [tx.org, ids, topic, mostSpellings],
  )
  return row?.moves ?? false
}

/** The words of messages that were changed are no longer theirs: these wait for others. Behind the head, in their transaction. */
export async function unsettle(
  tx: Tx,
  _granted: Granted<'message:edit'> | Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  ids: readonly number[],
): Promise<void> {
  const values = [tx.org, ids]
  await tx.execute(
    'DELETE FROM messaging.words WHERE org_id = $1 AND message_id = ANY ($2::bigint[])',
    values,
  )
  await tx.execute(
    `INSERT INTO messaging.unsettled (org_id, recipient_id, message_id)
      SELECT org_id, recipient_id, message_id FROM messaging.messages
      WHERE org_id = $1 AND message_id = ANY ($2::bigint[]) ORDER BY message_id ON CONFLICT DO NOTHING`,
    values,
  )
}
