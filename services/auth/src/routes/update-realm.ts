import { ownersSetRealmGroups } from '@parley/access'
import { isRealmGroupSetting, organisationSettings, type SettingValue, updateRealm } from '@parley/api'
import type { GroupSettingChange, OrmTx } from '@parley/db'
import { append, make, type NewEvent, organisationSet, organisationSettingsChanged } from '@parley/events'
import { route } from '@parley/kit'
import { changePermissions } from '../change-permissions.ts'
import type { AuthContext } from '../context.ts'
import { insufficient, refusal } from '../present/refusal.ts'
import { writeOrganisationSettings } from '../repo/organisation-settings.ts'
import { readOrganisation } from '../repo/organisations.ts'
import { changedSettings } from '../rules/changed-settings.ts'

const forOwners = (name: string): boolean =>
  organisationSettings[name]?.ownersOnly === true ||
  (isRealmGroupSetting(name) && ownersSetRealmGroups.includes(name))

export default route<typeof updateRealm, AuthContext, OrmTx>(
  updateRealm,
  {
    object: async ({ input }) => ({ ownersOnly: Object.keys(input).some(forOwners) }),
    hidden: insufficient,
    denied: (_, reason) => refusal(reason),
  },
  async ({ input, granted, rights, tx }) => {
    const settings: Record<string, SettingValue> = {}
    const permissions: Record<string, GroupSettingChange> = {}
    for (const [name, asked] of Object.entries(input)) {
      if (typeof asked === 'object' && asked !== null) permissions[name] = asked
      else if (asked !== undefined) settings[name] = asked
    }
    // First: it waits for the organisation's turn.
    const events = await changePermissions(tx, granted, permissions)
    const before = (await readOrganisation(tx))?.values ?? {}
    const changed = changedSettings(organisationSettings, before, settings)
    if (Object.keys(changed).length > 0) {
      await writeOrganisationSettings(tx, granted, changed)
      events.push(...settingsEvents(changed, granted.actor.userId))
    }
    if (events.length > 0) await append(tx, rights, events)
    return {}
  },
)

function settingsEvents(changed: Readonly<Record<string, SettingValue>>, by: number): NewEvent[] {
  const visibility = changed['message_edit_history_visibility_policy']
  // What older clients read instead.
  const legacy = visibility === undefined ? {} : { allow_edit_history: visibility !== 'none' }
  return [
    make(organisationSettingsChanged, { properties: Object.keys(changed), by }),
    ...Object.entries({ ...changed, ...legacy }).map(([property, value]) =>
      make(organisationSet, { property, value }),
    ),
  ]
}
