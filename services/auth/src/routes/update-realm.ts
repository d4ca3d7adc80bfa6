import { organisationSettings, updateRealm } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { append, make, organisationSet, organisationSettingsChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { insufficient, refusal } from '../present/refusal.ts'
import { writeOrganisationSettings } from '../repo/organisation-settings.ts'
import { readOrganisation } from '../repo/organisations.ts'
import { changedSettings } from '../rules/changed-settings.ts'

export default route<typeof updateRealm, AuthContext, OrmTx>(
  updateRealm,
  {
    object: async ({ input }) => ({
      ownersOnly: Object.keys(input).some((name) => organisationSettings[name]?.ownersOnly),
    }),
    hidden: insufficient,
    denied: (_, reason) => refusal(reason),
  },
  async ({ input, granted, rights, tx }) => {
    const before = (await readOrganisation(tx))?.values ?? {}
    const changed = changedSettings(organisationSettings, before, input)
    const properties = Object.keys(changed)
    if (properties.length === 0) return {}
    await writeOrganisationSettings(tx, granted, changed)
    const visibility = changed['message_edit_history_visibility_policy']
    // What older clients read instead.
    const legacy = visibility === undefined ? {} : { allow_edit_history: visibility !== 'none' }
    await append(tx, rights, [
      make(organisationSettingsChanged, { properties, by: granted.actor.userId }),
      ...Object.entries({ ...changed, ...legacy }).map(([property, value]) =>
        make(organisationSet, { property, value }),
      ),
    ])
    return {}
  },
)
