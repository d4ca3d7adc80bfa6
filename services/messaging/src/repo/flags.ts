import type { Granted } from '@parley/access'
import { type Tx, prepared } from '@parley/db'
import { lineParts } from '../rules/line-parts.ts'
import type { Markable } from './markable.ts'
import { readAtBirth } from './read-at-birth.ts'

// These write rows that streams' membership functions write too. All of it happens behind the head, theirs and
// ours, so that none waits for the other the wrong way round.

const idsOf = (places: readonly Markable[]): number[] => places.flatMap(({ ids }) => ids)

/** Recipients and their parts of the id line, as columns. */
const columnsOf = (
  places: readonly Markable[],
  which: 'ids' | 'foreign',
): [recipients: number[], ranges: string[]] => {
  const some = places.filter((place) => place[which].length > 0)
  return [
    some.map(({ recipientId }) => recipientId),
    some.map((place) => lineParts(place[which], place.line)),
  ]
}

/** Marks messages that came to the actor as read; found where reading was asked. */
export const markRead = (
  tx: Tx,
  granted: Granted<'message:list'>,
  places: readonly Markable[],
): Promise<void> => addRead(tx, granted, columnsOf(places, 'ids'))

async function addRead(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  columns: ReturnType<typeof columnsOf>,
): Promise<void> {
  await tx.execute(
    prepared(`INSERT INTO messaging.read_state AS t (org_id, user_id, recipient_id, ranges)
      SELECT $1, $2, p.recipient, p.ranges
        FROM unnest($3::integer[], $4::int8multirange[]) AS p (recipient, ranges)
      ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = t.ranges + excluded.ranges`),
    [tx.org, actor.userId, ...columns],
  )
}

/** Marks messages that came to the actor as unread, also what was read from the start. */
export async function markUnread(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  places: readonly Markable[],
): Promise<void> {
  // Nothing else makes a message one that was read from the start, but for muting.
  const born = places.flatMap((place) => place.born)
  if (born.length > 0)
    await tx.execute(
      `UPDATE messaging.messages m SET sender_read = m.sender_read AND m.sender_id <> $2, read_by = array_remove(m.read_by, $2),
          unread_for = CASE WHEN $2 <> ALL (m.unread_for) THEN m.unread_for || $2::integer ELSE m.unread_for END
        WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[]) AND ${readAtBirth('$2')}`,
      [tx.org, actor.userId, born],
    )
  // What they read from here on they read themselves.
  await tx.execute(
    prepared(`UPDATE messaging.read_by_muting AS t SET ranges = t.ranges - own.ids
      FROM (SELECT m.sender_id, range_agg(int8range(m.message_id, m.message_id + 1)) AS ids FROM messaging.messages m
        WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[])
          -- Mostly nobody's: then no message is looked at.
          AND EXISTS (SELECT FROM messaging.read_by_muting q WHERE q.org_id = $1 AND q.user_id = $2)
        GROUP BY m.sender_id) AS own
      WHERE t.org_id = $1 AND t.user_id = $2 AND t.sender_id = own.sender_id AND t.ranges && own.ids`),
    [tx.org, actor.userId, idsOf(places)],
  )
  await tx.execute(
    prepared(`UPDATE messaging.read_state AS t SET ranges = t.ranges - p.ranges
      FROM unnest($3::integer[], $4::int8multirange[]) AS p (recipient, ranges)
      WHERE t.org_id = $1 AND t.user_id = $2 AND t.recipient_id = p.recipient`),
    [tx.org, actor.userId, ...columnsOf(places, 'ids')],
  )
}

/** Makes what of these did not come to the actor, being from before their time, theirs: `historical`, and read as it was. */
export async function adopt(
  tx: Tx,
  granted: Granted<'message:list'>,
  places: readonly Markable[],
): Promise<void> {
  const foreign = places.flatMap((place) => place.foreign)
  if (foreign.length === 0) return
  const { userId } = granted.actor
  await tx.execute(
    `INSERT INTO messaging.user_flags AS f (org_id, user_id, message_id, recipient_id, historical)
      SELECT $1, $2, m.message_id, m.recipient_id, true FROM messaging.messages m
       WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[])
      ON CONFLICT (org_id, user_id, message_id) DO UPDATE SET historical = true`,
    [tx.org, userId, foreign],
  )
  // Single ids: what lies before them did not come to the actor either.
  await tx.execute(
    `INSERT INTO messaging.received AS r (org_id, user_id, recipient_id, ranges)
      SELECT $1, $2, m.recipient_id, range_agg(int8range(m.message_id, m.message_id + 1))
        FROM messaging.messages m WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[])
       GROUP BY m.recipient_id
      ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = r.ranges + excluded.ranges`,
    [tx.org, userId, foreign],
  )
  await addRead(tx, granted, columnsOf(places, 'foreign'))
}

/** Sets or clears a star or a collapsing. */
export async function setFlag(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  places: readonly Markable[],
  flag: 'starred' | 'collapsed',
  value: boolean,
): Promise<void> {
  await tx.execute(
    `INSERT INTO messaging.user_flags AS f (org_id, user_id, message_id, recipient_id, ${flag})
      SELECT $1, $2, m.message_id, m.recipient_id, $4 FROM messaging.messages m
       WHERE m.org_id = $1 AND m.message_id = ANY ($3::bigint[])
      ON CONFLICT (org_id, user_id, message_id) DO UPDATE SET ${flag} = excluded.${flag}`,
    [tx.org, actor.userId, idsOf(places), value],
  )
}
