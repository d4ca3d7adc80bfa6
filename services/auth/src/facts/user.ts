import { type AccountFacts, type BotFacts, role } from '@parley/access'
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
  bot_type: z.int().nullable(),
  can_create_users: z.boolean(),
  owner_role: z.literal(Object.values(role)).nullable(),
  owner_active: z.boolean().nullable(),
})

/** What decides about an account, or null where the organisation has no such account. */
export async function userFacts(tx: Tx, user: number): Promise<AccountFacts | null> {
  const [row] = await tx.query(
    Row,
    `SELECT u.org_id, u.user_id, u.role, u.is_active, u.is_bot, u.bot_owner_id,
            u.bot_type, u.can_create_users, b.role AS owner_role, b.is_active AS owner_active,
            u.role = 100 AND u.is_active AND NOT EXISTS (
              SELECT FROM auth.users o
               WHERE o.org_id = u.org_id AND o.role = 100 AND o.is_active AND NOT o.is_bot
                 AND o.user_id <> u.user_id) AS is_last_owner
       FROM auth.users u LEFT JOIN auth.users b ON b.org_id = u.org_id AND b.user_id = u.bot_owner_id
      WHERE u.org_id = $1 AND u.user_id = $2::bigint`,
    [tx.org, user],
  )
  if (!row) return null
  const owner = row.bot_owner_id === null ? null : userId(row.bot_owner_id)
  return {
    orgId: orgId(row.org_id),
    userId: userId(row.user_id),
    role: row.role,
    isActive: row.is_active,
    isBot: row.is_bot,
    botOwnerId: owner,
    isLastOwner: row.is_last_owner,
    bot: row.is_bot && owner !== null ? botFacts(row, owner) : null,
  }
}

function botFacts(row: z.output<typeof Row>, owner: UserId): BotFacts {
  if (row.owner_role === null || row.owner_active === null || row.bot_type === null)
    throw new Error('a bot of somebody has an owner and a type')
  return {
    type: row.bot_type,
    owner: { userId: owner, role: row.owner_role, isActive: row.owner_active },
    createsUsers: row.can_create_users,
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
