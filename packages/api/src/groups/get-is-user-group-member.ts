import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, pathInt, withDefault } from '../param.ts'

/** Is somebody in a group? */
export const getIsUserGroupMember = operation({
  id: 'get-is-user-group-member',
  method: 'GET',
  path: '/api/v1/user_groups/{user_group_id}/members/{user_id}',
  service: 'auth',
  access: 'group:read',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: {
    user_group_id: pathInt(),
    user_id: pathInt(),
    direct_member_only: withDefault(bool(), false),
  },
  response: z.object({ is_user_group_member: z.boolean() }),
})
