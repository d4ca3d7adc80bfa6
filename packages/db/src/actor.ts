import { type Actor, role } from '@parley/access'
import { groupId, orgId, rights, type Rights, userId, type UserId } from '@parley/core'
import { z } from 'zod'
import { prepared } from './prepared.ts'
import { KeptRealmGroups } from './realm-groups.ts'
import type { Tx } from './tx.ts'

/** Who acts, and the rights it was read under; `actor` is null where the organisation has no such user. */
export interface ActorAndRights {
  readonly actor: Actor | null
  readonly rights: Rights
}

const Role = z.union([
  z.literal(role.owner),
  z.literal(role.admin),
  z.literal(role.moderator),
  z.literal(role.member),
  z.literal(role.guest),
])
const whole = z.coerce.number().int()

const Row = z.object({
  rights: whole,
  org_id: whole,
  user_id: whole.nullable(),
  role: Role.nullable(),
  is_active: z.boolean().nullable(),
  is_bot: z.boolean().nullable(),
  bot_owner_id: whole.nullable(),
  generation: whole.nullable(),
  group_ids: z.array(whole).nullable(),
  permissions: KeptRealmGroups,
})

const actorSql =
  prepared(`SELECT h.rights, h.org_id, a.user_id, a.role, a.is_active, a.is_bot, a.bot_owner_id, a.generation,
    g.group_ids, p.permissions
  FROM events.head h
  LEFT JOIN auth.v1_actors a ON a.org_id = h.org_id AND a.user_id = $2
  LEFT JOIN LATERAL auth.v1_groups_of(h.org_id, ARRAY[a.user_id]) g ON true
  LEFT JOIN auth.v1_permissions p ON p.org_id = h.org_id
  WHERE h.org_id = $1`)

const actorsSql =
  prepared(`SELECT h.rights, h.org_id, a.user_id, a.role, a.is_active, a.is_bot, a.bot_owner_id, a.generation,
    g.group_ids, p.permissions
  FROM events.head h
  LEFT JOIN auth.v1_actors a ON a.org_id = h.org_id AND a.user_id = ANY ($2::integer[])
  LEFT JOIN auth.v1_groups_of($1, $2::integer[]) g ON g.user_id = a.user_id
  LEFT JOIN auth.v1_permissions p ON p.org_id = h.org_id
  WHERE h.org_id = $1`)

/**
 * As `readActor` for several at once, by user id.
 * @throws AppError UNAVAILABLE when the server is not there
 */
export async function readActors(
  tx: Tx,
  users: readonly UserId[],
): Promise<{ readonly actors: ReadonlyMap<number, Actor>; readonly rights: Rights }> {
  const rows = await tx.query(Row, actorsSql, [tx.org, users])
  const actors = rows.flatMap((row) => {
    const actor = actorOf(row)
    return actor ? [[Number(actor.userId), actor] as const] : []
  })
  return { actors: new Map(actors), rights: rights(rows[0]?.rights ?? 0) }
}

/**
 * Reads the actor and the organisation's rights in one statement, so that both are of one instant.
 * @throws AppError UNAVAILABLE when the server is not there
 */
export async function readActor(tx: Tx, user: UserId): Promise<ActorAndRights> {
  const [row] = await tx.query(Row, actorSql, [tx.org, user])
  if (!row) return { actor: null, rights: rights(0) }
  return { actor: actorOf(row), rights: rights(row.rights) }
}

function actorOf(row: z.output<typeof Row>): Actor | null {
  if (row.user_id === null || row.role === null || row.generation === null) return null
  return {
    orgId: orgId(row.org_id),
    userId: userId(row.user_id),
    role: row.role,
    isActive: row.is_active === true,
    isBot: row.is_bot === true,
    botOwnerId: row.bot_owner_id === null ? null : userId(row.bot_owner_id),
    generation: row.generation,
    groups: new Set(row.group_ids?.map(groupId)),
    realmGroups: row.permissions,
  }
}

/** When somebody who is no full member yet becomes one; null for everybody else. */
export async function readFullFrom(tx: Tx, user: UserId): Promise<Date | null> {
  const [row] = await tx.query(
    z.object({ full_from: z.date() }),
    'SELECT full_from FROM auth.v1_actors WHERE org_id = $1 AND user_id = $2 AND full_from > now()',
    [tx.org, user],
  )
  return row?.full_from ?? null
}

/** The organisation's rights alone, for operations that nobody in particular asks for; 0 where there is none. */
export async function readRights(tx: Tx): Promise<Rights> {
  const [row] = await tx.query(
    z.object({ rights: whole }),
    'SELECT rights FROM events.head WHERE org_id = $1',
    [tx.org],
  )
  return rights(row?.rights ?? 0)
}
