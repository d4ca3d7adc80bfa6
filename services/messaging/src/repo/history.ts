import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** One change of a message; what it did not touch is null. */
export const EditRow = z.object({
  userId: z.int(),
  /** Seconds since the Unix epoch. */
  at: z.int(),
  prevContent: z.string().nullable(),
  prevRendered: z.string().nullable(),
  prevTopic: z.string().nullable(),
  topic: z.string().nullable(),
  prevChannel: z.int().nullable(),
  channel: z.int().nullable(),
})
export type EditRow = z.output<typeof EditRow>

/** Most changes of one message that are shown: the newest. */
const mostShown = 100

/** The columns of an `EditRow` of `messaging.edits` under the alias `e`. */
export const editColumns = `e.user_id AS "userId", extract(epoch FROM e.edited_at)::bigint AS at,
  e.prev_content AS "prevContent", e.prev_rendered AS "prevRendered", e.prev_topic AS "prevTopic", e.topic,
  e.prev_channel AS "prevChannel", e.channel`

/** The changes of the message that the proof is about, newest first. */
export const readEdits = (tx: Tx, { object }: Granted<'message:read'>): Promise<EditRow[]> =>
  tx.query(
    EditRow,
    `SELECT ${editColumns} FROM messaging.edits e
      WHERE e.org_id = $1 AND e.message_id = $2 ORDER BY e.place DESC LIMIT ${mostShown}`,
    [tx.org, object.messageId],
  )

const OfMessage = EditRow.extend({ messageId: z.int() })

/** Most changes that a message object holds. */
const mostInObject = 20

/** Most bytes of former texts in one answer, from its newest message on: what lies beyond is named without its text. */
const mostText = 4_000_000

/** The changes of messages that were read already, newest first, by message. */
export async function readEditsOf(
  tx: Tx,
  granted: Granted<'message:read'> | Granted<'message:list'>,
  ids: readonly number[],
  most = mostText,
): Promise<ReadonlyMap<number, readonly EditRow[]>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.query(
    OfMessage,
    `SELECT "messageId", "userId", at, "prevTopic", topic, "prevChannel", channel,
        CASE WHEN bytes <= $3 THEN "prevContent" END AS "prevContent",
        CASE WHEN bytes <= $3 THEN "prevRendered" END AS "prevRendered"
      FROM (
        SELECT asked.id AS "messageId", e.*,
          sum(coalesce(octet_length(e."prevContent"), 0) + coalesce(octet_length(e."prevRendered"), 0))
            OVER (ORDER BY asked.id DESC, e.place DESC) AS bytes
        FROM unnest($2::bigint[]) AS asked (id)
        CROSS JOIN LATERAL (
          SELECT ${editColumns}, e.place FROM messaging.edits e
          WHERE e.org_id = $1 AND e.message_id = asked.id ORDER BY e.place DESC LIMIT ${mostInObject}) AS e
      ) AS shown ORDER BY "messageId" DESC, place DESC`,
    [granted.actor.orgId, ids, most],
  )
  return Map.groupBy(rows, ({ messageId }) => messageId)
}
