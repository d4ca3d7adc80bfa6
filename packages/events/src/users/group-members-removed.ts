import { z } from 'zod'
import { event } from '../event.ts'
import { seenOf, toWhomMembers } from '../groups/members.ts'

/** People left a group or were taken out of it; for system groups beside the role that did it. */
export const groupMembersRemoved = event({
  type: 'group.members-removed',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ group_id: z.int(), user_ids: z.array(z.int()) }),
  wire: ['user_group'],
  variant: toWhomMembers,
  shape: (body, viewer) => ({
    type: 'user_group',
    op: 'remove_members',
    group_id: body.group_id,
    ...(viewer.sees ? {} : { user_ids: body.user_ids }),
  }),
  own: (body, viewer) => (viewer.sees ? { user_ids: seenOf(viewer, body.user_ids) } : null),
})
