import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, withDefault } from '../param.ts'
import { UserGroupObject } from './group-object.ts'

/** Every group of the organisation. */
export const getUserGroups = operation({
  id: 'get-user-groups',
  method: 'GET',
  path: '/api/v1/user_groups',
  service: 'auth',
  access: 'group:read',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: { include_deactivated_groups: withDefault(bool(), false) },
  response: z.object({ user_groups: z.array(UserGroupObject) }),
})
