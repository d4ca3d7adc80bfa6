import { z } from 'zod'
import { event } from '../event.ts'

/**
 * The audited side of every change of a group, without its name. It moves the rights, which follow from groups, and it
 * may take some away.
 */
export const groupChanged = event({
  type: 'group.changed',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({
    group_id: z.int(),
    did: z.enum(['created', 'edited', 'deactivated', 'members', 'subgroups']),
    /** People and groups that came in and went out. */
    added: z.array(z.int()),
    removed: z.array(z.int()),
    /** Permissions that were given to another group, with that group's number. */
    permissions: z.record(z.string(), z.int()),
    by: z.int(),
  }),
})
