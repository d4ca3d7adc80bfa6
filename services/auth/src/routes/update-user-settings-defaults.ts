import { defaultableSettings, updateUserSettingsDefaults } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { append, make, organisationDefaultSet } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { insufficient, refusal } from '../present/refusal.ts'
import { readSettingsDefaults, writeSettingsDefaults } from '../repo/user-settings.ts'
import { changedSettings } from '../rules/changed-settings.ts'

export default route<typeof updateUserSettingsDefaults, AuthContext, OrmTx>(
  updateUserSettingsDefaults,
  {
    object: async () => ({ ownersOnly: false }),
    hidden: insufficient,
    denied: (_, reason) => refusal(reason),
  },
  async ({ input, granted, rights, tx }) => {
    const changed = changedSettings(defaultableSettings, await readSettingsDefaults(tx), input)
    if (Object.keys(changed).length === 0) return {}
    await writeSettingsDefaults(tx, granted, changed)
    const events = Object.entries(changed).map(([property, value]) =>
      make(organisationDefaultSet, { property, value }),
    )
    await append(tx, rights, events)
    return {}
  },
)
