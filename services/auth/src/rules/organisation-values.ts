import { organisationSettings, type SettingValue, type SettingValues, valuesOf } from '@parley/api'

/** Everything the organisation sets about itself, from what is kept of it. */
export const organisationValues = (
  kept: SettingValues | null,
  organisation: { readonly name: string; readonly description: string },
): Readonly<Record<string, SettingValue>> =>
  valuesOf(organisationSettings, {
    ...kept,
    name: organisation.name,
    description: organisation.description,
  })
