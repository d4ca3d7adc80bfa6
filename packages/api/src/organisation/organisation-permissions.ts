import { type RealmGroupSetting, realmGroupSettings } from '@parley/access'
import { groupSettingChange } from '../groups/params.ts'

/** The parameters by which permissions of the organisation are given to others (Zulip API: realm permission settings). */
export const permissionParams: Readonly<Record<string, ReturnType<typeof groupSettingChange>>> =
  Object.fromEntries(realmGroupSettings.map((name) => [name, groupSettingChange()]))

const names = new Set<string>(realmGroupSettings)
/** Is it the name of one? */
export const isRealmGroupSetting = (name: string): name is RealmGroupSetting => names.has(name)
