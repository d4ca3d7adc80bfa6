import { z } from 'zod'
import { type Change, type Kinds, letters, oneGroup } from './play.ts'

const createGroup: Change = async (play, who) => {
  const answer = await who.post('/user_groups/create', {
    name: `Group ${letters(play.random.below(200))}`,
    description: '',
    members: [play.anybody().id],
    can_join_group: { direct_members: [play.anybody().id, play.anybody().id], direct_subgroups: [5] },
  })
  const made = z.object({ group_id: z.int() }).safeParse(answer.body)
  if (made.success) play.groups.push(made.data.group_id)
  return answer
}

const changeMembers: Change = async (play) =>
  play.owner.post(`/user_groups/${oneGroup(play)}/members`, {
    [play.random.pick(['add', 'add', 'delete'])]: [play.anybody().id],
  })

const nestGroups: Change = async (play) =>
  play.owner.post(`/user_groups/${oneGroup(play)}/subgroups`, {
    [play.random.pick(['add', 'add', 'delete'])]: [play.random.pick([3, 4, oneGroup(play)])],
  })

const editGroup: Change = async (play) =>
  play.owner.patch(`/user_groups/${oneGroup(play)}`, {
    description: `about ${play.random.below(9)}`,
    can_mention_group: { new: play.random.pick([2, 3, oneGroup(play)]) },
  })

const deactivateGroup: Change = async (play) => play.owner.post(`/user_groups/${oneGroup(play)}/deactivate`)

export const ofGroups: Kinds = {
  'make a group': [2, createGroup],
  'change members of a group': [3, changeMembers],
  'nest groups': [2, nestGroups],
  'edit a group': [2, editGroup],
  'deactivate a group': [1, deactivateGroup],
}
