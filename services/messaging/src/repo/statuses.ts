import type { Granted } from '@parley/access'
import { ReactionType, type UserStatus } from '@parley/api'
import type { UserId } from '@parley/core'
import { readSight, sees, sightSql, type Tx } from '@parley/db'
import { z } from 'zod'
import type { StatusChange } from '../rules/wanted-status.ts'

const Row = z.object({
  user_id: z.int(),
  status_text: z.string(),
  emoji_name: z.string(),
  emoji_code: z.string(),
  reaction_type: ReactionType,
})

const columns = 'user_id, status_text, emoji_name, emoji_code, reaction_type'

const shown = ({ status_text, emoji_name, emoji_code, reaction_type }: z.infer<typeof Row>): UserStatus => ({
  ...(status_text === '' ? {} : { status_text }),
  ...(emoji_name === '' ? {} : { emoji_name, emoji_code, reaction_type }),
})

/** The statuses that are not empty of those whom the actor sees, by account. */
export async function readStatuses(
  tx: Tx,
  { actor }: Granted<'message:list'>,
): Promise<Readonly<Record<number, UserStatus>>> {
  const rows = await tx.query(
    Row,
    `SELECT ${columns} FROM messaging.statuses
      WHERE org_id = $1 AND (status_text <> '' OR emoji_name <> '') ORDER BY user_id`,
    [actor.orgId],
  )
  const sight = await readSight(tx, actor)
  return Object.fromEntries(
    rows.filter((row) => sees(sight, row.user_id)).map((row) => [row.user_id, shown(row)]),
  )
}

/** The status of an account; null where there is none that the actor sees. */
export async function readStatus(
  tx: Tx,
  { actor }: Granted<'user:list'>,
  user: number,
): Promise<UserStatus | null> {
  const [row] = await tx.query(
    z.object({ status: Row.nullable() }),
    `SELECT to_jsonb(s) AS status
      FROM auth.v1_actors a
      LEFT JOIN messaging.statuses s ON s.org_id = a.org_id AND s.user_id = a.user_id
      WHERE a.org_id = $1 AND a.user_id = $2::bigint AND ${sightSql(actor, 'a', '$3')}`,
    [tx.org, user, actor.userId],
  )
  if (!row) return null
  return row.status ? shown(row.status) : {}
}

/**
 * Changes what is given of an account's status.
 * @returns whether it is another now
 */
export async function writeStatus(
  tx: Tx,
  granted: Granted<'self:set'> | Granted<'user:rename'>,
  change: StatusChange,
): Promise<{ readonly user: UserId; readonly changed: boolean }> {
  const user = granted.object ? granted.object.userId : granted.actor.userId
  const { status_text: text, emoji_name: name, emoji_code: code, reaction_type: type } = change
  const written = await tx.execute(
    `INSERT INTO messaging.statuses AS s (org_id, ${columns})
      VALUES ($1, $2, coalesce($3, ''), coalesce($4, ''), coalesce($5, ''), coalesce($6, 'unicode_emoji'))
      ON CONFLICT (org_id, user_id) DO UPDATE SET status_text = coalesce($3, s.status_text),
        emoji_name = coalesce($4, s.emoji_name), emoji_code = coalesce($5, s.emoji_code),
        reaction_type = coalesce($6, s.reaction_type)
      WHERE (s.status_text, s.emoji_name, s.emoji_code, s.reaction_type) IS DISTINCT FROM
        (coalesce($3, s.status_text), coalesce($4, s.emoji_name), coalesce($5, s.emoji_code),
         coalesce($6, s.reaction_type))`,
    [tx.org, user, text ?? null, name ?? null, code ?? null, type ?? null],
  )
  return { user, changed: written > 0 }
}
