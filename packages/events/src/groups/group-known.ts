import { GroupPermissionValues, UserGroupObject } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'
import { seenOf, toWhomMembers } from './members.ts'

/** A group came to be. */
export const groupCreated = event({
  type: 'group.created',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ group: UserGroupObject }),
  wire: ['user_group'],
  variant: toWhomMembers,
  shape: (body, viewer) => ({ type: 'user_group', op: 'add', ...(viewer.sees ? {} : { group: body.group }) }),
  own: ({ group }, viewer) =>
    viewer.sees ? { group: { ...group, members: seenOf(viewer, group.members) } } : null,
})

/** A group is called otherwise, or others may do something with it. */
export const groupUpdated = event({
  type: 'group.updated',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({
    group_id: z.int(),
    data: z
      .object({ name: z.string(), description: z.string() })
      .extend(GroupPermissionValues.shape)
      .partial(),
  }),
  wire: ['user_group'],
  shape: (body) => ({ type: 'user_group', op: 'update', group_id: body.group_id, data: body.data }),
})

/** A group was taken out of use. Clients that do not know of such groups are told that it is no more. */
export const groupDeactivated = event({
  type: 'group.deactivated',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ group_id: z.int() }),
  wire: ['user_group'],
  variant: (viewer) => (viewer.capabilities.include_deactivated_groups ? 'all' : ''),
  shape: (body, viewer) =>
    viewer.capabilities.include_deactivated_groups
      ? { type: 'user_group', op: 'update', group_id: body.group_id, data: { deactivated: true } }
      : { type: 'user_group', op: 'remove', group_id: body.group_id },
})
