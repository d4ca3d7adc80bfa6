import { z } from 'zod'
import type { QueueEvent } from '../event-queue.ts'
import { Group, Ids } from './snapshot.ts'
import { type Appliers, type ClientState, including, type KnownGroup, without } from './state.ts'

export const groupOf = ({
  members,
  direct_subgroup_ids: subgroups,
  ...facts
}: z.infer<typeof Group>): KnownGroup => ({
  facts,
  members: including([], members),
  subgroups: including([], subgroups),
})

export const ofGroups: Appliers = {
  'user_group add'(state, event) {
    const group = Group.parse(event['group'])
    if (state.groups[group.id]) throw new Error(`group ${group.id} is told of twice`)
    state.groups[group.id] = groupOf(group)
  },
  'user_group update'(state, event) {
    const data = z.record(z.string(), z.unknown()).parse(event['data'])
    Object.assign(groupIn(state, event).facts, data)
  },
  'user_group remove'(state, event) {
    groupIn(state, event)
    delete state.groups[z.int().parse(event['group_id'])]
  },
  'user_group add_members'(state, event) {
    const group = groupIn(state, event)
    group.members = including(group.members, Ids.parse(event['user_ids']))
  },
  'user_group remove_members'(state, event) {
    const group = groupIn(state, event)
    group.members = without(group.members, Ids.parse(event['user_ids']))
  },
  'user_group add_subgroups'(state, event) {
    const group = groupIn(state, event)
    group.subgroups = including(group.subgroups, Ids.parse(event['direct_subgroup_ids']))
  },
  'user_group remove_subgroups'(state, event) {
    const group = groupIn(state, event)
    group.subgroups = without(group.subgroups, Ids.parse(event['direct_subgroup_ids']))
  },
}

function groupIn(state: ClientState, event: QueueEvent): KnownGroup {
  const id = z.int().parse(event['group_id'])
  const group = state.groups[id]
  if (!group) throw new Error(`a change of group ${id}, which is not known`)
  return group
}
