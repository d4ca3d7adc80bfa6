import { z } from 'zod'
import { event } from '../event.ts'
import { seenOf, toWhomMembers } from '../groups/members.ts'

/** People came into a group; for system groups beside the account or role that put them there. */
export const groupMembersAdded = event({
  type: 'group.members-added',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ group_id: z.int(), user_ids: z.array(z.int()) }),
  wire: ['user_group'],
  variant: toWhomMembers,
  shape: (body, viewer) => ({
    type: 'user_group',
    op: 'add_members',
    group_id: body.group_id,
    ...(viewer.sees ? {} : { user_ids: body.user_ids }),
  }),
  own: (body, viewer) => (viewer.sees ? { user_ids: seenOf(viewer, body.user_ids) } : null),
})
