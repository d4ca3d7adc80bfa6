import type { Actor, DeletingMessage } from '@parley/access'
import { userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { readMessageFacts } from './message-facts.ts'
import { readMessageSettings } from './message-settings.ts'

const Row = z.object({ sentAt: z.int(), owner: z.int().nullable() })

/**
 * What decides about taking a message away; null where there is no such message.
 * @param now seconds since the Unix epoch
 */
export async function readDeleting(
  tx: Tx,
  actor: Actor,
  id: number,
  now: number,
): Promise<DeletingMessage | null> {
  const message = await readMessageFacts(tx, actor, id)
  const [row] = await tx.query(
    Row,
    `SELECT extract(epoch FROM m.sent_at)::bigint AS "sentAt", a.bot_owner_id AS owner
      FROM messaging.messages m
      LEFT JOIN auth.v1_actors a ON a.org_id = m.org_id AND a.user_id = m.sender_id
      WHERE m.org_id = $1 AND m.message_id = $2`,
    [tx.org, id],
  )
  // Also where there is none: what is hidden costs what never was costs.
  const policy = await readMessageSettings(tx)
  if (!message || !row) return null
  const senderBotOwnerId = row.owner === null ? null : userId(row.owner)
  return { message, age: now - row.sentAt, policy, senderBotOwnerId }
}
