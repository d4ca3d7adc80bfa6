import { role, type UserFacts } from '@parley/access'
import { orgId, userId, type UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({
  org_id: z.int(),
  user_id: z.int(),
  role: z.literal(Object.values(role)),
  is_active: z.boolean(),
  is_bot: z.boolean(),
  bot_owner_id: z.int().nullable(),
  is_last_owner: z.boolean(),
})

/** What decides about an account, or null where the organisation has no such account. */
export async function userFacts(tx: Tx, user: number): Promise<UserFacts | null> {
  const [row] = await tx.query(
    Row,
    `SELECT u.org_id, u.user_id, u.role, u.is_active, u.is_bot, u.bot_owner_id,
            u.role = 100 AND u.is_active AND NOT EXISTS (
              SELECT FROM auth.users o
               WHERE o.org_id = u.org_id AND o.role = 100 AND o.is_active AND NOT o.is_bot
                 AND o.user_id <> u.user_id) AS is_last_owner
       FROM auth.users u WHERE u.org_id = $1 AND u.user_id = $2::bigint`,
    [tx.org, user],
  )
  if (!row) return null
  return {
    orgId: orgId(row.org_id),
    userId: userId(row.user_id),
    role: row.role,
    isActive: row.is_active,
    isBot: row.is_bot,
    botOwnerId: row.bot_owner_id === null ? null : userId(row.bot_owner_id),
    isLastOwner: row.is_last_owner,
  }
}

/** Has the operator let this account create others by API? */
export async function mayCreateUsers(tx: Tx, user: UserId): Promise<boolean> {
  const [row] = await tx.query(
    z.object({ can_create_users: z.boolean() }),
    'SELECT can_create_users FROM auth.users WHERE org_id = $1 AND user_id = $2',
    [tx.org, user],
  )
  return row?.can_create_users ?? false
}
