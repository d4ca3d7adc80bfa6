import type { Tx } from '@parley/db'
import { only } from '@parley/db'
import { type UserId, userId } from '@parley/core'
import { role } from '@parley/access'
import { z } from 'zod'

/** How many bots in use somebody has, and how many bots the organisation has in all. */
export const countBots = async (
  tx: Tx,
  owner: number,
): Promise<{ readonly own: number; readonly all: number }> =>
  only(
    await tx.query(
      z.object({ own: z.int(), all: z.int() }),
      `SELECT count(*) FILTER (WHERE bot_owner_id = $2 AND is_active)::int AS own, count(*)::int AS all
       FROM auth.users WHERE org_id = $1 AND is_bot`,
      [tx.org, owner],
    ),
  )

const Id = z.object({ user_id: z.int() })

/** Everybody in use who has the say over each bot of the organisation: its administrators. */
export async function administrators(tx: Tx): Promise<UserId[]> {
  const rows = await tx.query(
    Id,
    'SELECT user_id FROM auth.users WHERE org_id = $1 AND is_active AND role <= $2 ORDER BY user_id',
    [tx.org, role.admin],
  )
  return rows.map((row) => userId(row.user_id))
}
