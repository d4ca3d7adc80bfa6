import { realmGroupSettings } from '@parley/access'
import { GroupSettingValue } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** Permissions of the organisation were given to others, by group id: audit goes by it. It may take rights away. */
export const organisationPermissionsChanged = event({
  type: 'organisation.permissions-changed',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({ permissions: z.record(z.string(), z.int()), by: z.int() }),
})

/** The same for clients, one at a time: to whom it is given now, with people and groups named in place. */
export const organisationPermissionSet = event({
  type: 'organisation.permission-set',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ property: z.enum(realmGroupSettings), value: GroupSettingValue }),
  wire: ['realm'],
  shape: ({ property, value }) => ({
    type: 'realm',
    op: 'update_dict',
    property: 'default',
    data: { [property]: value },
  }),
})
