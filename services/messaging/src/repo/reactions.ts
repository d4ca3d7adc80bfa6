import type { Granted } from '@parley/access'
import { type Reaction, Reaction as ReactionSchema } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { Emoji, EmojiKey } from '../rules/emoji.ts'

const Row = ReactionSchema.extend({ message_id: z.int() })

/** The reactions on the message that the proof is about, in the order they came. */
export const readReactions = (tx: Tx, { object }: Granted<'message:react'>): Promise<Reaction[]> =>
  tx.query(
    Row,
    `SELECT message_id, emoji_name, emoji_code, reaction_type, user_id FROM messaging.reactions
      WHERE org_id = $1 AND message_id = $2 ORDER BY place`,
    [tx.org, object.messageId],
  )

/** Adds the actor's reaction. @returns false where it was there already */
export async function insertReaction(
  tx: Tx,
  { actor, object }: Granted<'message:react'>,
  { type, code, name }: Emoji,
): Promise<boolean> {
  const added = await tx.execute(
    `INSERT INTO messaging.reactions (org_id, message_id, user_id, reaction_type, emoji_code, emoji_name)
      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [tx.org, object.messageId, actor.userId, type, code, name],
  )
  return added === 1
}

/** Takes the actor's reaction away. @returns its name; null where there was none */
export async function deleteReaction(
  tx: Tx,
  { actor, object }: Granted<'message:react'>,
  { type, code }: EmojiKey,
): Promise<string | null> {
  const [gone] = await tx.query(
    z.object({ name: z.string() }),
    `DELETE FROM messaging.reactions
      WHERE org_id = $1 AND message_id = $2 AND user_id = $3 AND reaction_type = $4 AND emoji_code = $5
      RETURNING emoji_name AS name`,
    [tx.org, object.messageId, actor.userId, type, code],
  )
  return gone?.name ?? null
}
