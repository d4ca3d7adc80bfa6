import type { GroupSetting, RealmGroups } from '@parley/access'
import { readGroupSettings, type Tx } from '@parley/db'

/** To whom the organisation gives each permission, by its name. */
export type RealmPermissionValues = Readonly<Record<string, GroupSetting>>

/** The same as clients see it, with people and groups named in place. */
export async function realmPermissionValues(
  tx: Tx,
  groups: Partial<RealmGroups>,
): Promise<RealmPermissionValues> {
  const given = Object.entries(groups)
  const valueOf = await readGroupSettings(
    tx,
    given.map(([, group]) => group),
  )
  return Object.fromEntries(given.map(([name, group]) => [name, valueOf(group)]))
}
