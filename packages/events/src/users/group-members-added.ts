import { z } from 'zod'
import { event } from '../event.ts'

/** People came into a group; for system groups beside the account or role that put them there. */
export const groupMembersAdded = event({
  type: 'group.members-added',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ group_id: z.int(), user_ids: z.array(z.int()) }),
  wire: ['user_group'],
  shape: (body) => ({
    type: 'user_group',
    op: 'add_members',
    group_id: body.group_id,
    user_ids: body.user_ids,
  }),
})
