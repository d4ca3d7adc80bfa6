import type { Granted, RealmGroups } from '@parley/access'
import type { SettingValues } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** Kept with the organisation itself, which is shown before anybody signs in. */
const inOrganisation: ReadonlySet<string> = new Set(['name', 'description'])

/** Keeps what the organisation sets; the rest stays as it is. */
export async function writeOrganisationSettings(
  tx: Tx,
  _: Granted<'organisation:change'>,
  changed: SettingValues,
): Promise<void> {
  const entries = Object.entries(changed)
  const own = entries.filter(([name]) => inOrganisation.has(name))
  const rest = entries.filter(([name]) => !inOrganisation.has(name))
  if (own.length > 0) {
    const { name, description } = Object.fromEntries(own)
    await tx.execute(
      `UPDATE auth.organisations SET name = coalesce($2, name), description = coalesce($3, description)
       WHERE org_id = $1`,
      [tx.org, name ?? null, description ?? null],
    )
  }
  if (rest.length > 0)
    await tx.execute(
      `INSERT INTO auth.settings AS s (org_id, settings) VALUES ($1, $2::jsonb)
       ON CONFLICT (org_id) DO UPDATE SET settings = s.settings || excluded.settings`,
      [tx.org, JSON.stringify(Object.fromEntries(rest))],
    )
}

/** Keeps to which groups the organisation gives permissions; the rest stay as they are. */
export async function writeOrganisationPermissions(
  tx: Tx,
  _: Granted<'organisation:change'>,
  changed: Partial<RealmGroups>,
): Promise<void> {
  await tx.execute(
    `INSERT INTO auth.settings AS s (org_id, permissions) VALUES ($1, $2::jsonb)
     ON CONFLICT (org_id) DO UPDATE SET permissions = s.permissions || excluded.permissions`,
    [tx.org, JSON.stringify(changed)],
  )
}

/** A column of settings, as they are kept; null where nothing was ever set. */
export const KeptSettings = z
  .record(z.string(), z.union([z.boolean(), z.int(), z.string(), z.null()]))
  .nullable()
