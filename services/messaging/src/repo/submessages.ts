import type { Granted, Shown } from '@parley/access'
import { type Submessage, type Widget, widgetIn } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { Added } from '../rules/submessage.ts'

const Text = z.object({ content: z.string(), edited: z.boolean() })

/** The widget that the proof's message is; null where it is none, or has been changed. */
export async function readWidget(tx: Tx, { object }: Granted<'message:answer'>): Promise<Widget | null> {
  const [row] = await tx.query(
    Text,
    `SELECT content, edited_at IS NOT NULL AS edited FROM messaging.messages
      WHERE org_id = $1 AND message_id = $2`,
    [tx.org, object.message.messageId],
  )
  return row && !row.edited ? widgetIn(row.content) : null
}

const Counted = z.object({ all: z.int(), own: z.int(), bytes: z.int() })

/** What hangs on the proof's message; asked behind the head, so that nothing is added meanwhile. */
export async function countSubmessages(tx: Tx, { actor, object }: Granted<'message:answer'>): Promise<Added> {
  const [row] = await tx.query(
    Counted,
    `SELECT count(*) AS all, count(*) FILTER (WHERE sender_id = $3) AS own,
        coalesce(sum(octet_length(content)), 0)::bigint AS bytes
      FROM messaging.submessages WHERE org_id = $1 AND message_id = $2`,
    [tx.org, object.message.messageId, actor.userId],
  )
  return Counted.parse(row)
}

const Row = z.object({ id: z.int(), message: z.int(), sender: z.int(), content: z.string() })

/** Adds to the proof's message, as the actor. */
export async function insertSubmessage(
  tx: Tx,
  { actor, object }: Granted<'message:answer'>,
  content: string,
): Promise<Submessage> {
  const [row] = await tx.query(
    Row,
    `INSERT INTO messaging.submessages (org_id, message_id, sender_id, content) VALUES ($1, $2, $3, $4)
      RETURNING submessage_id AS id, message_id AS message, sender_id AS sender, content`,
    [tx.org, object.message.messageId, actor.userId, content],
  )
  return submessage(Row.parse(row))
}

const submessage = ({ id, message, sender, content }: z.output<typeof Row>): Submessage => ({
  id,
  message_id: message,
  sender_id: sender,
  msg_type: 'widget',
  content,
})

/** What was added to the messages, in the order it came. @param ids of messages that the proof lets be read */
export async function readSubmessages(
  tx: Tx,
  _granted:
    | Granted<'message:read'>
    | Granted<'message:list'>
    | Shown<'spectator:message'>
    | Shown<'spectator:look'>,
  ids: readonly number[],
): Promise<ReadonlyMap<number, readonly Submessage[]>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.query(
    Row,
    `SELECT submessage_id AS id, message_id AS message, sender_id AS sender, content
      FROM messaging.submessages WHERE org_id = $1 AND message_id = ANY ($2::bigint[])
      ORDER BY submessage_id`,
    [tx.org, ids],
  )
  return Map.groupBy(rows.map(submessage), ({ message_id }) => message_id)
}
