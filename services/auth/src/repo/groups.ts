import { type Granted, type GroupPermissions, groupPermissionSettings } from '@parley/access'
import type { GroupId } from '@parley/core'
import { only, sqlState, type Tx } from '@parley/db'
import { z } from 'zod'
import { GroupPermissionIds } from '../facts/group.ts'

const Row = GroupPermissionIds.extend({
  group_id: z.int(),
  name: z.string(),
  description: z.string(),
  creator_id: z.int().nullable(),
  /** Unix seconds. */
  created_at: z.int(),
  deactivated: z.boolean(),
  /** Active ones, ascending. */
  members: z.array(z.int()),
  subgroups: z.array(z.int()),
})
export type GroupRow = z.output<typeof Row>

const select = `SELECT g.group_id, g.name, g.description, g.creator_id,
    extract(epoch FROM g.created_at)::bigint AS created_at, g.deactivated,
    ${groupPermissionSettings.map((name) => `g.${name}`).join(', ')},
    ARRAY(SELECT m.user_id FROM auth.user_group_members m JOIN auth.users u USING (org_id, user_id)
      WHERE m.org_id = g.org_id AND m.group_id = g.group_id AND u.is_active ORDER BY 1) AS members,
    ARRAY(SELECT s.subgroup_id FROM auth.user_group_subgroups s
      WHERE s.org_id = g.org_id AND s.group_id = g.group_id ORDER BY 1) AS subgroups
  FROM auth.user_groups g WHERE g.org_id = $1 AND g.name IS NOT NULL`

/** The groups that people made, in the order of their ids: every one, in `register` for guests too. */
export function listGroups(
  tx: Tx,
  _granted: Granted<'group:read'> | Granted<'user:list'>,
  deactivatedToo: boolean,
): Promise<GroupRow[]> {
  return tx.query(Row, `${select} AND ($2 OR NOT g.deactivated) ORDER BY g.group_id`, [
    tx.org,
    deactivatedToo,
  ])
}

const idOf = ({ action, object }: Granted<'group:edit'> | Granted<'group:change-members'>): GroupId =>
  action === 'group:edit' ? object.groupId : object.group.groupId

declare class InThisTransaction {
  private readonly made: true
}
/** A group made in this transaction by whoever was granted to; only `insertGroup` makes one. */
export interface MadeGroup extends InThisTransaction {
  readonly groupId: number
}

/** The group of the proof as it is now. No group's row is ever gone. */
export async function readGroup(
  tx: Tx,
  which: Granted<'group:edit'> | Granted<'group:change-members'> | MadeGroup,
): Promise<GroupRow> {
  const id = 'action' in which ? idOf(which) : which.groupId
  return only(await tx.query(Row, `${select} AND g.group_id = $2`, [tx.org, id]))
}

export interface NewGroup {
  readonly name: string
  readonly description: string
  readonly permissions: GroupPermissions
  readonly createdAt: Date
  readonly members: readonly number[]
  readonly subgroups: readonly number[]
}

/** Makes a group with its people and groups. @returns null where the name is taken in any spelling */
export async function insertGroup(
  tx: Tx,
  { actor }: Granted<'group:create'>,
  group: NewGroup,
): Promise<MadeGroup | null> {
  const [row] = await tx.query(
    z.object({ group_id: z.int() }),
    `INSERT INTO auth.user_groups (org_id, name, description, creator_id, created_at,
       ${groupPermissionSettings.join(', ')})
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (org_id, name_key) DO NOTHING RETURNING group_id`,
    [
      tx.org,
      group.name,
      group.description,
      actor.userId,
      group.createdAt,
      ...groupPermissionSettings.map((name) => group.permissions[name]),
    ],
  )
  if (!row) return null
  await insertMembers(tx, row.group_id, group.members)
  await insertSubgroups(tx, row.group_id, group.subgroups)
  return { groupId: row.group_id } as MadeGroup
}

export interface GroupChange {
  readonly name: string
  readonly description: string
  readonly permissions: GroupPermissions
}

/** Writes what a group is called and may be done with. @returns false where another group has the name */
export async function updateGroup(tx: Tx, granted: Granted<'group:edit'>, to: GroupChange): Promise<boolean> {
  try {
    await tx.execute(
      `UPDATE auth.user_groups SET name = $3, description = $4,
         ${groupPermissionSettings.map((name, i) => `${name} = $${i + 5}`).join(', ')}
       WHERE org_id = $1 AND group_id = $2`,
      [
        tx.org,
        idOf(granted),
        to.name,
        to.description,
        ...groupPermissionSettings.map((name) => to.permissions[name]),
      ],
    )
    return true
  } catch (error) {
    if (sqlState(error) === '23505') return false
    throw error
  }
}

export async function deactivateGroup(tx: Tx, granted: Granted<'group:edit'>): Promise<void> {
  await tx.execute('UPDATE auth.user_groups SET deactivated = true WHERE org_id = $1 AND group_id = $2', [
    tx.org,
    idOf(granted),
  ])
}

const insertMembers = (tx: Tx, group: number, users: readonly number[]): Promise<number> =>
  tx.execute(
    `INSERT INTO auth.user_group_members (org_id, group_id, user_id) SELECT $1, $2, unnest($3::integer[])`,
    [tx.org, group, users],
  )
const insertSubgroups = (tx: Tx, group: number, subgroups: readonly number[]): Promise<number> =>
  tx.execute(
    `INSERT INTO auth.user_group_subgroups (org_id, group_id, subgroup_id) SELECT $1, $2, unnest($3::integer[])`,
    [tx.org, group, subgroups],
  )

/** Brings in people who are not in the group. */
export const addMembers = (
  tx: Tx,
  granted: Granted<'group:edit'> | Granted<'group:change-members'>,
  users: readonly number[],
): Promise<number> => insertMembers(tx, idOf(granted), users)

export const removeMembers = (
  tx: Tx,
  granted: Granted<'group:edit'> | Granted<'group:change-members'>,
  users: readonly number[],
): Promise<number> =>
  tx.execute(
    'DELETE FROM auth.user_group_members WHERE org_id = $1 AND group_id = $2 AND user_id = ANY ($3)',
    [tx.org, idOf(granted), users],
  )

/** Brings in groups that the group is not in. */
export const addSubgroups = (
  tx: Tx,
  granted: Granted<'group:edit'> | Granted<'group:change-members'>,
  subgroups: readonly number[],
): Promise<number> => insertSubgroups(tx, idOf(granted), subgroups)

export const removeSubgroups = (
  tx: Tx,
  granted: Granted<'group:edit'> | Granted<'group:change-members'>,
  subgroups: readonly number[],
): Promise<number> =>
  tx.execute(
    'DELETE FROM auth.user_group_subgroups WHERE org_id = $1 AND group_id = $2 AND subgroup_id = ANY ($3)',
    [tx.org, idOf(granted), subgroups],
  )
