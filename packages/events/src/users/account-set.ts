import { SettingValue } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

const Body = z.object({ property: z.string(), value: SettingValue })

/** An account set something for itself otherwise; it alone is told. */
export const accountSet = event({
  type: 'account.set',
  emitter: 'auth',
  alsoBy: ['messaging'],
  audience: 'users',
  body: Body,
  wire: ['user_settings'],
  shape: ({ property, value }) => ({
    type: 'user_settings',
    op: 'update',
    property,
    value,
    ...(property === 'default_language' ? { language_name: String(value) } : {}),
  }),
})

/** New accounts begin with something else. */
export const organisationDefaultSet = event({
  type: 'organisation.default-set',
  emitter: 'auth',
  audience: 'organisation',
  body: Body,
  wire: ['realm_user_settings_defaults'],
  shape: ({ property, value }) => ({
    type: 'realm_user_settings_defaults',
    op: 'update',
    property,
    value,
  }),
})
