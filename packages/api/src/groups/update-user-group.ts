import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { optional, pathInt, text } from '../param.ts'
import { groupSettingChange } from './params.ts'

/** Changes what a group is called and who may do what with it. */
export const updateUserGroup = operation({
  id: 'update-user-group',
  method: 'PATCH',
  path: '/api/v1/user_groups/{user_group_id}',
  service: 'auth',
  access: 'group:edit',
  limits: apiByUser,
  callers: ['gateway'],
  revokes: true,
  transaction: 'turn',
  params: {
    user_group_id: pathInt(),
    name: optional(text()),
    description: optional(text()),
    can_add_members_group: groupSettingChange(),
    can_join_group: groupSettingChange(),
    can_leave_group: groupSettingChange(),
    can_manage_group: groupSettingChange(),
    can_mention_group: groupSettingChange(),
    can_remove_members_group: groupSettingChange(),
  },
  response: z.object({}),
})
