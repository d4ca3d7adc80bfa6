import type { Granted } from '@parley/access'
import { ProfileField } from '@parley/api'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'
import type { FieldSettings } from '../rules/profile-field.ts'

const settings = 'name, hint, field_data, display_in_profile_summary, required, editable_by_user'
const valuesOf = (field: FieldSettings): unknown[] => [
  field.name,
  field.hint,
  field.field_data,
  field.display_in_profile_summary,
  field.required,
  field.editable_by_user,
]

/** The organisation's fields, in their order. Everybody in it is told of them. */
export const readProfileFields = (
  tx: Tx,
  {
    actor,
  }:
    | Granted<'organisation:read'>
    | Granted<'organisation:change'>
    | Granted<'user:list'>
    | Granted<'self:describe'>
    | Granted<'user:rename'>,
): Promise<ProfileField[]> =>
  tx.query(
    ProfileField,
    `SELECT field_id AS id, type, (row_number() OVER (ORDER BY place, field_id))::integer AS "order", ${settings}
      FROM auth.profile_fields WHERE org_id = $1 ORDER BY place, field_id`,
    [actor.orgId],
  )

/** Adds a field behind the others. @returns its id */
export async function insertProfileField(
  tx: Tx,
  _: Granted<'organisation:change'>,
  field: FieldSettings,
): Promise<number> {
  const row = only(
    await tx.query(
      z.object({ id: z.int() }),
      `INSERT INTO auth.profile_fields (org_id, type, place, ${settings})
      VALUES ($1, $2, (SELECT coalesce(max(place), 0) + 1 FROM auth.profile_fields WHERE org_id = $1),
        $3, $4, $5, $6, $7, $8) RETURNING field_id AS id`,
      [tx.org, field.type, ...valuesOf(field)],
    ),
  )
  return row.id
}

/** Gives a field these settings. */
export async function writeProfileField(
  tx: Tx,
  _: Granted<'organisation:change'>,
  id: number,
  field: FieldSettings,
): Promise<void> {
  await tx.execute(
    `UPDATE auth.profile_fields SET (${settings}) = ROW ($3, $4, $5, $6, $7, $8)
      WHERE org_id = $1 AND field_id = $2`,
    [tx.org, id, ...valuesOf(field)],
  )
}

/** Puts the fields into this order. */
export async function orderProfileFields(
  tx: Tx,
  _: Granted<'organisation:change'>,
  order: readonly number[],
): Promise<void> {
  await tx.execute(
    `UPDATE auth.profile_fields f SET place = o.place
      FROM unnest($2::integer[]) WITH ORDINALITY AS o (field_id, place)
      WHERE f.org_id = $1 AND f.field_id = o.field_id`,
    [tx.org, order],
  )
}

/** Takes a field away. @returns false where there is none of that id */
export async function deleteProfileField(
  tx: Tx,
  _: Granted<'organisation:change'>,
  id: number,
): Promise<boolean> {
  const gone = await tx.execute(
    'DELETE FROM auth.profile_fields WHERE org_id = $1 AND field_id = $2::bigint',
    [tx.org, id],
  )
  return gone === 1
}
