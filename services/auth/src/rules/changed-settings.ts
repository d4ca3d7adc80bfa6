import type { Settings, SettingValue, SettingValues } from '@parley/api'

/** What is asked for and is not so already. */
export function changedSettings(
  settings: Settings,
  before: SettingValues,
  asked: Readonly<Record<string, SettingValue | undefined>>,
): Record<string, SettingValue> {
  const changed: Record<string, SettingValue> = {}
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined || !settings[name] || value === before[name]) continue
    changed[name] = value
  }
  return changed
}
