import { z } from 'zod'
import { type Change, channels, type Kinds, letters, oneGroup, topics } from './play.ts'

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

const mentionGroup: Change = async ({ random, owner, sent, inChannels }, who) => {
  const listed = z
    .object({ user_groups: z.array(z.object({ name: z.string(), is_system_group: z.boolean() })) })
    .safeParse((await owner.get('/user_groups')).body)
  const names = listed.success
    ? listed.data.user_groups.flatMap((group) => (group.is_system_group ? [] : [group.name]))
    : []
  if (names.length === 0) return null
  const fields = { type: 'channel', to: random.pick(channels), topic: random.pick(topics) }
  const answer = await who.post('/messages', {
    ...fields,
    content: `you @*${names[random.below(names.length)]}*`,
  })
  const made = z.object({ id: z.int() }).safeParse(answer.body)
  if (made.success) {
    sent.push(made.data.id)
    inChannels.push(made.data.id)
  }
  return answer
}

export const ofGroups: Kinds = {
  'make a group': [2, createGroup],
  'change members of a group': [3, changeMembers],
  'nest groups': [2, nestGroups],
  'edit a group': [2, editGroup],
  'deactivate a group': [1, deactivateGroup],
  'mention a group': [2, mentionGroup],
}
