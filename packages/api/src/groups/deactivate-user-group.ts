import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** Takes a group out of use; where it is referenced it still counts. */
export const deactivateUserGroup = operation({
  id: 'deactivate-user-group',
  method: 'POST',
  path: '/api/v1/user_groups/{user_group_id}/deactivate',
  service: 'auth',
  access: 'group:edit',
  limits: apiByUser,
  callers: ['gateway'],
  revokes: true,
  transaction: 'turn',
  params: { user_group_id: pathInt() },
  response: z.object({}),
})
