import { z } from 'zod'
import { event } from '../event.ts'

const subgroups = (type: string, op: 'add_subgroups' | 'remove_subgroups') =>
  event({
    type,
    emitter: 'auth',
    audience: 'organisation',
    body: z.object({ group_id: z.int(), subgroup_ids: z.array(z.int()) }),
    wire: ['user_group'],
    shape: (body) => ({
      type: 'user_group',
      op,
      group_id: body.group_id,
      direct_subgroup_ids: body.subgroup_ids,
    }),
  })

/** Groups came into a group, or were taken out of it. */
export const groupSubgroupsAdded = subgroups('group.subgroups-added', 'add_subgroups')
export const groupSubgroupsRemoved = subgroups('group.subgroups-removed', 'remove_subgroups')
