import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { optional, pathInt } from '../param.ts'
import { ids } from './params.ts'

/** Brings groups into a group and takes them out. */
export const updateUserGroupSubgroups = operation({
  id: 'update-user-group-subgroups',
  method: 'POST',
  path: '/api/v1/user_groups/{user_group_id}/subgroups',
  service: 'auth',
  access: 'group:edit',
  limits: apiByUser,
  callers: ['gateway'],
  revokes: true,
  transaction: 'turn',
  params: { user_group_id: pathInt(), add: optional(ids()), delete: optional(ids()) },
  response: z.object({}),
})
