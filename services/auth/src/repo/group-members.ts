import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Id = z.object({ id: z.int() })
const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id)

/** The role whose accounts each group names itself: of members, that of all those who are told to wait. */
const named = `(VALUES (2, 600, false), (3, 400, true), (4, 400, false), (5, 300, false), (6, 200, false),
  (7, 100, false)) AS r (group_id, role, waits)`

/** Active people in a group, ascending. @param direct only those that it names itself */
export async function readMembers(
  tx: Tx,
  _granted: Granted<'group:read'>,
  group: number,
  direct: boolean,
): Promise<number[]> {
  if (!direct)
    return ids(
      await tx.query(Id, 'SELECT user_id AS id FROM auth.v1_members_of($1, ARRAY[$2::integer])', [
        tx.org,
        group,
      ]),
    )
  return ids(
    await tx.query(
      Id,
      `SELECT u.user_id AS id FROM auth.users u
       WHERE u.org_id = $1 AND u.is_active AND (
         (u.role, u.waiting_until IS NOT NULL) IN (SELECT r.role, r.waits FROM ${named} WHERE r.group_id = $2)
         OR u.user_id IN (SELECT m.user_id FROM auth.user_group_members m WHERE m.org_id = $1 AND m.group_id = $2))
       ORDER BY 1`,
      [tx.org, group],
    ),
  )
}

/** Groups in a group that people made, ascending. @param direct only those that it names itself */
export async function readSubgroups(
  tx: Tx,
  _granted: Granted<'group:read'>,
  groups: readonly number[],
  direct: boolean,
): Promise<number[]> {
  return ids(
    await tx.query(
      Id,
      `WITH RECURSIVE within (id) AS (
         SELECT s.subgroup_id FROM auth.user_group_subgroups s WHERE s.org_id = $1 AND s.group_id = ANY ($2)
         UNION
         SELECT s.subgroup_id FROM within w
         JOIN auth.user_group_subgroups s ON NOT $3 AND s.org_id = $1 AND s.group_id = w.id)
       SELECT id FROM within ORDER BY 1`,
      [tx.org, groups, direct],
    ),
  )
}
