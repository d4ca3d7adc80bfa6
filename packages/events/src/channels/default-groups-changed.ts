import { isGuestRole } from '@parley/access'
import { DefaultGroupObject } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** Groups of default channels are others than before; all of them are told, to guests none. */
export const defaultGroupsChanged = event({
  type: 'default-groups.changed',
  emitter: 'streams',
  audience: 'organisation',
  body: z.object({ groups: z.array(DefaultGroupObject) }),
  wire: ['default_stream_groups'],
  variant: (viewer) => (isGuestRole(viewer.role) ? 'guest' : ''),
  shape: (body, viewer) =>
    isGuestRole(viewer.role) ? null : { type: 'default_stream_groups', default_stream_groups: body.groups },
})
