import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { paramsOf } from '../settings/setting.ts'
import { defaultableSettings } from '../settings/user-settings.ts'

/** Changes what new accounts begin with. */
export const updateUserSettingsDefaults = operation({
  id: 'update-realm-user-settings-defaults',
  method: 'PATCH',
  path: '/api/v1/realm/user_settings_defaults',
  service: 'auth',
  access: 'organisation:change',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  params: paramsOf(defaultableSettings),
  response: z.object({}),
})
