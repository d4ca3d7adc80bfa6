import {
  type Granted,
  type GroupSetting,
  permissionSettings,
  type RealmGroups,
  realmGroupSettings,
} from '@parley/access'
import type { GroupId } from '@parley/core'
import { changeGroupSetting, type GroupSettingChange, type Tx } from '@parley/db'
import {
  make,
  type NewEvent,
  organisationPermissionsChanged,
  organisationPermissionSet,
  organisationSet,
} from '@parley/events'
import { realmPermissionValues } from './present/realm-permissions.ts'
import { writeOrganisationPermissions } from './repo/organisation-settings.ts'
import { readOrganisation } from './repo/organisations.ts'
import { raiseGuests } from './repo/vantage.ts'
import { legacyPolicies } from './rules/legacy-policies.ts'
import { anew } from './sight.ts'

/**
 * Gives permissions of the organisation to others, in the organisation's turn.
 * @returns what the log says of it: nothing where all of it is so already
 * @throws AppError EXPECTATION_MISMATCH where the client believes another value; BAD_REQUEST and SYSTEM_GROUP_REQUIRED for
 *   values that a permission does not allow
 */
export async function changePermissions(
  tx: Tx,
  granted: Granted<'organisation:change'>,
  asked: Readonly<Record<string, GroupSettingChange | undefined>>,
): Promise<NewEvent[]> {
  const names = realmGroupSettings.filter((name) => asked[name] !== undefined)
  if (names.length === 0) return []
  const before = (await readOrganisation(tx))?.groups
  if (!before) throw new Error('an organisation that was decided on is not there')
  const permissions: Record<string, GroupId> = {}
  for (const name of names) {
    const change = asked[name]
    if (!change) continue
    const group = await changeGroupSetting(tx, name, permissionSettings.realm[name], before[name], change)
    if (group === before[name]) continue
    permissions[name] = group
  }
  if (Object.keys(permissions).length === 0) return []
  await writeOrganisationPermissions(tx, granted, permissions)
  const values = await realmPermissionValues(tx, permissions)
  // Last among the rows: whoever comes after sees everything of theirs as it is now.
  const moved = permissions['can_access_all_users_group'] === undefined ? [] : await raiseGuests(tx, granted)
  return [
    make(organisationPermissionsChanged, { permissions, by: granted.actor.userId }),
    ...names.flatMap((property) => {
      const value = values[property]
      return value === undefined
        ? []
        : [make(organisationPermissionSet, { property, value: writable(value) })]
    }),
    ...legacy(before, { ...before, ...permissions }),
    ...anew(moved),
  ]
}

const writable = (value: GroupSetting) =>
  typeof value === 'number'
    ? value
    : { direct_members: [...value.direct_members], direct_subgroups: [...value.direct_subgroups] }

/** What clients from before groups read instead. */
function legacy(before: RealmGroups, now: RealmGroups): NewEvent[] {
  const was = legacyPolicies(before)
  return Object.entries(legacyPolicies(now))
    .filter(([property, value]) => was[property] !== value)
    .map(([property, value]) => make(organisationSet, { property, value }))
}
