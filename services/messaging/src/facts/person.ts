import { role, type UserFacts } from '@parley/access'
import { type AppError, badRequest, userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** The answer for an account that is not there, or that the asker may not know of. */
export const unknownUser = (): AppError => badRequest('No such user')

const Row = z.object({
  user_id: z.int(),
  role: z.literal(Object.values(role)),
  is_active: z.boolean(),
  is_bot: z.boolean(),
  bot_owner_id: z.int().nullable(),
})

/** What decides about an account, but for whether it is the last owner; null where the organisation has no such account. */
export async function personFacts(tx: Tx, user: number): Promise<UserFacts | null> {
  const [row] = await tx.query(
    Row,
    `SELECT user_id, role, is_active, is_bot, bot_owner_id FROM auth.v1_actors
      WHERE org_id = $1 AND user_id = $2::bigint`,
    [tx.org, user],
  )
  if (!row) return null
  return {
    orgId: tx.org,
    userId: userId(row.user_id),
    role: row.role,
    isActive: row.is_active,
    isBot: row.is_bot,
    botOwnerId: row.bot_owner_id === null ? null : userId(row.bot_owner_id),
    isLastOwner: false,
  }
}
