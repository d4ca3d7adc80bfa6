import { z } from 'zod'
import { event } from '../event.ts'

/** People left a group or were taken out of it; for system groups beside the role that did it. */
export const groupMembersRemoved = event({
  type: 'group.members-removed',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ group_id: z.int(), user_ids: z.array(z.int()) }),
  wire: ['user_group'],
  shape: (body) => ({
    type: 'user_group',
    op: 'remove_members',
    group_id: body.group_id,
    user_ids: body.user_ids,
  }),
})
