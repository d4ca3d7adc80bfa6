import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, pathInt, withDefault } from '../param.ts'

/** The groups in a group, also through subgroups unless only direct ones are wanted. */
export const getUserGroupSubgroups = operation({
  id: 'get-user-group-subgroups',
  method: 'GET',
  path: '/api/v1/user_groups/{user_group_id}/subgroups',
  service: 'auth',
  access: 'group:read',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: { user_group_id: pathInt(), direct_subgroup_only: withDefault(bool(), false) },
  response: z.object({ subgroups: z.array(z.int()) }),
})
