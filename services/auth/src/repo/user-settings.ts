import type { Granted } from '@parley/access'
import { defaultableSettings, type SettingValues, userSettings, valuesOf } from '@parley/api'
import type { UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { KeptSettings } from './organisation-settings.ts'

const Kept = z.object({ settings: KeptSettings })

/** Everything the account that acts sets for itself. */
export async function readOwnSettings(
  tx: Tx,
  { actor }: Granted<'self:set'> | Granted<'user:list'>,
): Promise<SettingValues> {
  const [row] = await tx.query(
    Kept,
    'SELECT settings FROM auth.user_settings WHERE org_id = $1 AND user_id = $2',
    [tx.org, actor.userId],
  )
  return valuesOf(userSettings, row?.settings ?? {})
}

/** Keeps what the account that acts sets; the rest stays as it is. */
export async function writeOwnSettings(
  tx: Tx,
  { actor }: Granted<'self:set'>,
  changed: SettingValues,
): Promise<void> {
  await tx.execute(
    `INSERT INTO auth.user_settings AS s (org_id, user_id, settings) VALUES ($1, $2, $3::jsonb)
     ON CONFLICT (org_id, user_id) DO UPDATE SET settings = s.settings || excluded.settings`,
    [tx.org, actor.userId, JSON.stringify(changed)],
  )
}

/** What new accounts of the organisation begin with; everybody in it is told. */
export async function readSettingsDefaults(tx: Tx): Promise<SettingValues> {
  const [row] = await tx.query(Kept, 'SELECT settings FROM auth.user_settings_defaults WHERE org_id = $1', [
    tx.org,
  ])
  return { ...valuesOf(userSettings, {}), ...valuesOf(defaultableSettings, row?.settings ?? {}) }
}

/** Keeps what new accounts begin with; the rest stays as it is. */
export async function writeSettingsDefaults(
  tx: Tx,
  _: Granted<'organisation:change'>,
  changed: SettingValues,
): Promise<void> {
  await tx.execute(
    `INSERT INTO auth.user_settings_defaults AS s (org_id, settings) VALUES ($1, $2::jsonb)
     ON CONFLICT (org_id) DO UPDATE SET settings = s.settings || excluded.settings`,
    [tx.org, JSON.stringify(changed)],
  )
}

/** A new account begins with the organisation's defaults of this moment. */
export async function beginSettings(
  tx: Tx,
  _: Granted<'user:create'> | Granted<'user:join'> | Granted<'bot:create'>,
  user: UserId,
): Promise<void> {
  await tx.execute(
    `INSERT INTO auth.user_settings (org_id, user_id, settings)
     SELECT org_id, $2, settings FROM auth.user_settings_defaults WHERE org_id = $1`,
    [tx.org, user],
  )
}
