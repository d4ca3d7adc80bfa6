import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { optional, pathInt } from '../param.ts'
import { ids } from './params.ts'

/** Brings people and groups into a group and takes them out. */
export const updateUserGroupMembers = operation({
  id: 'update-user-group-members',
  method: 'POST',
  path: '/api/v1/user_groups/{user_group_id}/members',
  service: 'auth',
  access: 'group:change-members',
  limits: apiByUser,
  callers: ['gateway'],
  revokes: true,
  transaction: 'turn',
  params: {
    user_group_id: pathInt(),
    add: optional(ids()),
    delete: optional(ids()),
    add_subgroups: optional(ids()),
    delete_subgroups: optional(ids()),
  },
  response: z.object({}),
})
