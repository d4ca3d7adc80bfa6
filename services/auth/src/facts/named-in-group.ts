import { firstOwnGroupId, systemGroups } from '@parley/access'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { invalidGroup } from '../present/refusal.ts'

const Id = z.object({ id: z.int() })
const largestId = 2_147_483_647
const distinct = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b)

/** Active people of the organisation, each once. @throws AppError BAD_REQUEST where one is none */
export async function findMembers(tx: Tx, named: readonly number[]): Promise<number[]> {
  const wanted = distinct(named)
  const found = await tx.query(
    Id,
    'SELECT user_id AS id FROM auth.users WHERE org_id = $1 AND user_id = ANY ($2::bigint[]) AND is_active',
    [tx.org, wanted],
  )
  const known = new Set(found.map(({ id }) => id))
  const missing = wanted.find((id) => !known.has(id))
  if (missing !== undefined) throw badRequest(`Invalid user ID: ${missing}`)
  return wanted
}

/** Groups of roles, and groups in use that people made, each once. @throws AppError BAD_REQUEST where one is none */
export async function findSubgroups(tx: Tx, named: readonly number[]): Promise<number[]> {
  const wanted = distinct(named)
  const system = new Set<number>(systemGroups.map(({ id }) => id))
  if (wanted.some((id) => id < firstOwnGroupId && !system.has(id))) throw invalidGroup()
  const own = wanted.filter((id) => id >= firstOwnGroupId)
  if (own.some((id) => id > largestId)) throw invalidGroup()
  const found = await tx.query(
    Id,
    `SELECT group_id AS id FROM auth.user_groups
     WHERE org_id = $1 AND group_id = ANY ($2) AND name IS NOT NULL AND NOT deactivated`,
    [tx.org, own],
  )
  if (found.length !== own.length) throw invalidGroup()
  return wanted
}

/** Does one of these groups hold the group, itself or through others? Then it cannot come into it. */
export async function holdsGroup(tx: Tx, subgroups: readonly number[], group: number): Promise<boolean> {
  const rows = await tx.query(
    Id,
    `WITH RECURSIVE within (id) AS (
       SELECT unnest($2::integer[])
       UNION
       SELECT s.subgroup_id FROM within w
       JOIN auth.user_group_subgroups s ON s.org_id = $1 AND s.group_id = w.id)
     SELECT id FROM within WHERE id = $3`,
    [tx.org, subgroups, group],
  )
  return rows.length > 0
}

/** Active people in these groups, directly or through subgroups. */
export async function membersWithin(tx: Tx, groups: readonly number[]): Promise<number[]> {
  if (groups.length === 0) return []
  const rows = await tx.query(Id, 'SELECT user_id AS id FROM auth.v1_members_of($1, $2)', [tx.org, groups])
  return rows.map(({ id }) => id)
}

/** Groups in use that name this person themselves. */
export async function groupsNaming(tx: Tx, user: number): Promise<number[]> {
  const rows = await tx.query(
    Id,
    `SELECT g.group_id AS id FROM auth.user_group_members m
     JOIN auth.user_groups g ON g.org_id = m.org_id AND g.group_id = m.group_id
     WHERE m.org_id = $1 AND m.user_id = $2 AND g.name IS NOT NULL AND NOT g.deactivated ORDER BY 1`,
    [tx.org, user],
  )
  return rows.map(({ id }) => id)
}
