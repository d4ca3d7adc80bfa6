import { type Actor, role } from '@parley/access'
import { orgId, userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Role = z.union([
  z.literal(role.owner),
  z.literal(role.admin),
  z.literal(role.moderator),
  z.literal(role.member),
  z.literal(role.guest),
])
const Row = z.object({
  org_id: z.int(),
  user_id: z.int(),
  role: Role,
  is_active: z.boolean(),
  is_bot: z.boolean(),
  bot_owner_id: z.int().nullable(),
  generation: z.int(),
})

const select =
  'SELECT org_id, user_id, role, is_active, is_bot, bot_owner_id, generation FROM auth.v1_actors a'

const person = (row: z.infer<typeof Row>): Actor => ({
  orgId: orgId(row.org_id),
  userId: userId(row.user_id),
  role: row.role,
  isActive: row.is_active,
  isBot: row.is_bot,
  botOwnerId: row.bot_owner_id === null ? null : userId(row.bot_owner_id),
  generation: row.generation,
})

/**
 * Active accounts named by id or by the e-mail others see of them, in the order of their ids.
 * @returns null where one of them does not exist
 */
export async function findPeople(tx: Tx, named: readonly (number | string)[]): Promise<Actor[] | null> {
  const ids = [...new Set(named.filter((n) => typeof n === 'number'))]
  const emails = [
    ...new Set(named.filter((n) => typeof n === 'string').map((email) => email.trim().toLowerCase())),
  ]
  // Postgres takes neither, and no address has them.
  if (emails.some((email) => email.includes('\0') || !email.isWellFormed())) return null
  const rows = await tx.query(
    Row,
    `${select} WHERE a.org_id = $1 AND a.is_active AND a.user_id IN (
       SELECT p.user_id FROM auth.v1_people p
       WHERE p.org_id = $1 AND (p.user_id = ANY ($2::bigint[]) OR lower(p.email) = ANY ($3::text[])))
     ORDER BY a.user_id`,
    [tx.org, ids, emails],
  )
  return rows.length === ids.length + emails.length ? rows.map(person) : null
}

/** Active people who may know of a private channel without being in it: administrators, and its creator unless a guest. */
export async function findOverseers(tx: Tx, creatorId: number | null): Promise<Actor[]> {
  const rows = await tx.query(
    Row,
    `${select} WHERE a.org_id = $1 AND a.is_active AND (a.role <= $2 OR (a.user_id = $3 AND a.role < $4))
     ORDER BY a.user_id`,
    [tx.org, role.admin, creatorId, role.guest],
  )
  return rows.map(person)
}
