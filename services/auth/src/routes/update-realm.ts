import { ownersSetRealmGroups } from '@parley/access'
import {
  isRealmGroupSetting,
  organisationSettings,
  type SettingValue,
  type SettingValues,
  updateRealm,
} from '@parley/api'
import { type GroupSettingChange, type OrmTx } from '@parley/db'
import {
  append,
  make,
  type NewEvent,
  organisationSet,
  organisationSettingsChanged,
  waitingPeriodChanged,
} from '@parley/events'
import { route } from '@parley/kit'
import { changePermissions } from '../change-permissions.ts'
import type { AuthContext } from '../context.ts'
import { channelSettings, checkSettingChannel } from '../facts/setting-channel.ts'
import { insufficient, refusal } from '../present/refusal.ts'
import { settleWaiting } from '../repo/full-members.ts'
import { writeOrganisationSettings } from '../repo/organisation-settings.ts'
import { readOrganisation } from '../repo/organisations.ts'
import { changedSettings } from '../rules/changed-settings.ts'
import { fullMemberEvents } from '../rules/full-member-events.ts'

const waiting = 'waiting_period_threshold'

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
    const channels = Object.keys(settings).filter((name) => channelSettings[name])
    for (const name of channels) await checkSettingChannel(tx, granted.actor, name, Number(settings[name]))
    const events = await changePermissions(tx, granted, permissions)
    const before = (await readOrganisation(tx))?.values ?? {}
    const changed = changedSettings(organisationSettings, before, settings)
    if (Object.keys(changed).length > 0) {
      await writeOrganisationSettings(tx, granted, changed)
      events.push(...settingsEvents(changed, before, granted.actor.userId))
      if (changed[waiting] !== undefined) events.push(...fullMemberEvents(await settleWaiting(tx, granted)))
    }
    if (events.length > 0) await append(tx, rights, events)
    return {}
  },
)

function settingsEvents(changed: SettingValues, before: SettingValues, by: number): NewEvent[] {
  const { [waiting]: days, ...others } = changed
  const visibility = changed['message_edit_history_visibility_policy']
  // What older clients read instead.
  const { topics_policy: topics } = changed
  const legacy = {
    ...(visibility === undefined ? {} : { allow_edit_history: visibility !== 'none' }),
    ...(topics === undefined ? {} : { mandatory_topics: topics === 'disable_empty_topic' }),
  }
  const properties = Object.keys(others)
  return [
    // An act of its own, for it says who may do what.
    ...(days === undefined
      ? []
      : [make(waitingPeriodChanged, { days: Number(days), was: Number(before[waiting]), by })]),
    ...(properties.length === 0 ? [] : [make(organisationSettingsChanged, { properties, by })]),
    ...Object.entries({ ...changed, ...legacy }).map(([property, value]) =>
      make(organisationSet, { property, value }),
    ),
  ]
}
