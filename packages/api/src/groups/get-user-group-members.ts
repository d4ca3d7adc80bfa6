import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, pathInt, withDefault } from '../param.ts'

/** The active people in a group, also through subgroups unless only direct ones are wanted. */
export const getUserGroupMembers = operation({
  id: 'get-user-group-members',
  method: 'GET',
  path: '/api/v1/user_groups/{user_group_id}/members',
  service: 'auth',
  access: 'group:read',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: { user_group_id: pathInt(), direct_member_only: withDefault(bool(), false) },
  response: z.object({ members: z.array(z.int()) }),
})
