import { z } from 'zod'
import { type Change, channels, type Kinds, type Play } from './play.ts'

const State = z.object({ realm_default_stream_groups: z.array(z.object({ id: z.int() })) })
const oneGroup = async ({ random, owner }: Play): Promise<number> => {
  const { body } = await owner.post('/register', { fetch_event_types: ['default_stream_groups'] })
  const { realm_default_stream_groups: groups } = State.parse(body)
  return groups[random.below(Math.max(1, groups.length))]?.id ?? 0
}

const change: Change = async (play, who) => {
  const { random, owner } = play
  const by = random.below(4) === 0 ? who : owner
  const name = `Choice ${random.below(4)}`
  const stream_names = [random.pick(channels)]
  if (random.below(3) > 0)
    return by.post('/default_stream_groups/create', { group_name: name, description: '', stream_names })
  const path = `/default_stream_groups/${await oneGroup(play)}`
  switch (random.below(4)) {
    case 0:
      return by.delete(path)
    case 1:
      return by.patch(path, { new_group_name: name })
    default:
      return by.patch(`${path}/streams`, { op: random.pick(['add', 'remove']), stream_names })
  }
}

export const ofDefaultGroups: Kinds = { 'change groups of default channels': [2, change] }
