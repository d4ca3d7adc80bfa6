import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { optional, text } from '../param.ts'
import { groupSetting, ids } from './params.ts'

/** Makes a group. */
export const createUserGroup = operation({
  id: 'create-user-group',
  method: 'POST',
  path: '/api/v1/user_groups/create',
  service: 'auth',
  access: 'group:create',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  params: {
    name: text(),
    description: text(),
    members: ids(),
    subgroups: optional(ids()),
    can_add_members_group: groupSetting(),
    can_join_group: groupSetting(),
    can_leave_group: groupSetting(),
    can_manage_group: groupSetting(),
    can_mention_group: groupSetting(),
    can_remove_members_group: groupSetting(),
  },
  response: z.object({ group_id: z.int() }),
})
