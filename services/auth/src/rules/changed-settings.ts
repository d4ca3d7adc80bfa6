import type { Settings, SettingValue, SettingValues } from '@parley/api'
import { badRequest } from '@parley/core'

/**
 * What is asked for and is not so already.
 * @throws AppError BAD_REQUEST for a setting whose effect is not there yet
 */
export function changedSettings(
  settings: Settings,
  before: SettingValues,
  asked: Readonly<Record<string, SettingValue | undefined>>,
): Record<string, SettingValue> {
  const changed: Record<string, SettingValue> = {}
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined || !settings[name] || value === before[name]) continue
    if (settings[name].fixed) throw badRequest(`${name} cannot be changed on this server`)
    changed[name] = value
  }
  return changed
}
