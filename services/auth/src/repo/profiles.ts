import type { Granted } from '@parley/access'
import type { ProfileData } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({
  user: z.int(),
  field: z.int(),
  value: z.string(),
  rendered: z.string().nullable(),
})

/** What people have put into the fields that there are, by account; of everybody, or of `ids`. */
export async function readProfiles(
  tx: Tx,
  _: Granted<'user:list'> | Granted<'user:see'>,
  ids: readonly number[] | null,
): Promise<ReadonlyMap<number, ProfileData>> {
  const rows = await tx.query(
    Row,
    `SELECT user_id AS "user", field_id AS field, value, rendered
      FROM auth.profile_values JOIN auth.profile_fields USING (org_id, field_id)
      WHERE org_id = $1 AND ($2::bigint[] IS NULL OR user_id = ANY ($2)) ORDER BY user_id, field_id`,
    [tx.org, ids],
  )
  const profiles = new Map<number, Record<string, ProfileData[string]>>()
  for (const { user, field, value, rendered } of rows) {
    const profile = profiles.get(user) ?? {}
    profiles.set(user, profile)
    profile[field] = { value, ...(rendered === null ? {} : { rendered_value: rendered }) }
  }
  return profiles
}

/** What becomes of one field of a profile; null where it becomes empty. */
export interface ProfileChange {
  readonly field: number
  readonly value: string | null
  readonly rendered: string | null
}

/**
 * Changes the profile that the proof is about; of two changes of a field the later one. What it has in fields that are
 * gone goes with it. @returns the changes that made a difference
 */
export async function writeProfile(
  tx: Tx,
  granted: Granted<'self:describe'> | Granted<'user:rename'>,
  changes: readonly ProfileChange[],
): Promise<ProfileChange[]> {
  const user = granted.object ? granted.object.userId : granted.actor.userId
  const last = [...new Map(changes.map((change) => [change.field, change])).values()]
  const filled = last.filter(({ value }) => value !== null)
  const emptied = last.filter(({ value }) => value === null).map(({ field }) => field)
  await tx.execute(
    `DELETE FROM auth.profile_values v WHERE v.org_id = $1 AND v.user_id = $2 AND NOT EXISTS (
      SELECT FROM auth.profile_fields f WHERE f.org_id = v.org_id AND f.field_id = v.field_id)`,
    [tx.org, user],
  )
  const rows = await tx.query(
    Row.pick({ field: true }),
    `WITH emptied AS (
        DELETE FROM auth.profile_values WHERE org_id = $1 AND user_id = $2 AND field_id = ANY ($3::integer[])
        RETURNING field_id),
      filled AS (
        INSERT INTO auth.profile_values AS v (org_id, user_id, field_id, value, rendered)
        SELECT $1, $2, * FROM unnest($4::integer[], $5::text[], $6::text[])
        ON CONFLICT (org_id, user_id, field_id) DO UPDATE SET value = excluded.value, rendered = excluded.rendered
        WHERE v.value <> excluded.value
        RETURNING field_id)
      SELECT field_id AS field FROM emptied UNION ALL SELECT field_id FROM filled`,
    [
      tx.org,
      user,
      emptied,
      filled.map(({ field }) => field),
      filled.map(({ value }) => value),
      filled.map(({ rendered }) => rendered),
    ],
  )
  const made = new Set(rows.map(({ field }) => field))
  return last.filter(({ field }) => made.has(field))
}

/** Empties a field in so many profiles at most. */
export async function emptyField(
  tx: Tx,
  _: Granted<'organisation:change'>,
  field: number,
  most: number,
): Promise<void> {
  await tx.execute(
    `DELETE FROM auth.profile_values WHERE org_id = $1 AND field_id = $2 AND user_id = ANY (ARRAY(
      SELECT user_id FROM auth.profile_values WHERE org_id = $1 AND field_id = $2 ORDER BY user_id LIMIT $3))`,
    [tx.org, field, most],
  )
}

/** Who has put one of these into a field, at most so many, ascending. */
export async function whoHas(
  tx: Tx,
  _: Granted<'organisation:change'>,
  field: number,
  values: readonly string[],
  most: number,
): Promise<number[]> {
  const rows = await tx.query(
    Row.pick({ user: true }),
    `SELECT user_id AS "user" FROM auth.profile_values
      WHERE org_id = $1 AND field_id = $2 AND value = ANY ($3) ORDER BY user_id LIMIT $4`,
    [tx.org, field, values, most],
  )
  return rows.map(({ user }) => user)
}

/** Empties a field in the profiles of these people. */
export async function emptyFieldOf(
  tx: Tx,
  _: Granted<'organisation:change'>,
  field: number,
  users: readonly number[],
): Promise<void> {
  await tx.execute(
    'DELETE FROM auth.profile_values WHERE org_id = $1 AND field_id = $2 AND user_id = ANY ($3::integer[])',
    [tx.org, field, users],
  )
}

const Named = z.object({ id: z.int(), bot: z.boolean(), active: z.boolean() })

/** The accounts of these ids, as far as a profile may name them. */
export const readNamed = (
  tx: Tx,
  _: Granted<'self:describe'> | Granted<'user:rename'>,
  ids: readonly number[],
): Promise<z.output<typeof Named>[]> =>
  tx.query(
    Named,
    'SELECT user_id AS id, is_bot AS bot, is_active AS active FROM auth.users WHERE org_id = $1 AND user_id = ANY ($2::bigint[])',
    [tx.org, ids],
  )
