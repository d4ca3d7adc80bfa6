import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { paramsOf } from '../settings/setting.ts'
import { permissionParams } from './organisation-permissions.ts'
import { organisationSettings } from './organisation-settings.ts'

/** Changes what the organisation set about itself, and who may do what in it; all of it or nothing. */
export const updateRealm = operation({
  id: 'update-realm',
  method: 'PATCH',
  path: '/api/v1/realm',
  service: 'auth',
  access: 'organisation:change',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  revokes: true,
  params: { ...paramsOf(organisationSettings), ...permissionParams },
  response: z.object({}),
})
