import { z } from 'zod'
import { oneFolder } from './folders.ts'
import { type Change, channels, type Kinds, oneGroup } from './play.ts'

const subscribe: Change = ({ random, anybody }, who) => {
  const name = random.pick(channels)
  return who.post('/users/me/subscriptions', {
    subscriptions: [{ name }],
    principals: random.below(2) === 0 ? [who.id] : [anybody().id, anybody().id],
    invite_only: name !== 'Open' && name !== 'Late',
    ...(name === 'Hidden past' ? { history_public_to_subscribers: false } : {}),
  })
}

const unsubscribe: Change = ({ random, owner, anybody }, who) =>
  who.delete('/users/me/subscriptions', {
    subscriptions: [random.pick(channels)],
    principals: who === owner ? [anybody().id] : [who.id],
  })

/** Of these some are in it, and some are made by it. */
const comeAndGo: Change = ({ random }, who) =>
  who.patch('/users/me/subscriptions', {
    delete: random.below(3) === 0 ? [] : [random.pick(channels)],
    add: random.below(3) === 0 ? [] : [{ name: random.pick(channels) }],
  })

const createChannel: Change = async (play, who) => {
  const { random, owner, anybody } = play
  return random.pick([who, owner]).post('/channels/create', {
    name: `Made ${random.below(8)}`,
    subscribers: [[], [who.id], [anybody().id]][random.below(3)],
    ...random.pick([{ invite_only: true }, { invite_only: false }, { is_web_public: true }]),
    folder_id: await oneFolder(play),
    announce: random.below(2) === 0,
    ...(random.below(3) === 0 ? { is_default_stream: true } : {}),
  })
}

/** One that is there, archived or not, by whoever may do it most of the time. */
const changeChannel: Change = async (play, who) => {
  const { random, owner } = play
  const listed = await owner.get('/streams', { include_all: true, exclude_archived: false })
  const all = z.array(z.object({ stream_id: z.int(), name: z.string() })).parse(listed.body['streams'])
  if (all.length === 0) return null
  const { stream_id: id, name } = random.pick(all as [(typeof all)[0], ...typeof all])
  const by = random.below(3) === 0 ? who : owner
  const flag = (): boolean => random.below(2) === 0
  if (random.below(6) === 0) return by.delete(`/streams/${id}`)
  const changed: Record<string, unknown> = random.pick<Record<string, unknown>>([
    { new_name: name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase() },
    { description: `about ${random.below(100)}` },
    { is_private: flag() },
    { topics_policy: random.pick(['inherit', 'allow_empty_topic', 'disable_empty_topic']) },
    { is_private: true, history_public_to_subscribers: flag() },
    { is_private: false, is_web_public: true },
    { is_web_public: flag() },
    { is_default_stream: flag() },
    { folder_id: await oneFolder(play) },
    { is_archived: false },
    { is_archived: false, is_private: flag(), description: 'back' },
  ])
  return by.patch(`/streams/${id}`, changed)
}

/** Permissions in one that is there. Who knows of another channel by it begins anew. */
const changePermission: Change = async (play, who) => {
  const { random, owner, anybody } = play
  const listed = await owner.get('/streams', { include_all: true })
  const all = z.array(z.object({ stream_id: z.int() })).parse(listed.body['streams'])
  if (all.length === 0) return null
  const { stream_id: id } = random.pick(all as [(typeof all)[0], ...typeof all])
  const name = random.pick([
    'can_send_message_group',
    'can_send_message_group',
    'can_remove_subscribers_group',
    'can_remove_subscribers_group',
    'can_move_messages_out_of_channel_group',
    'can_create_topic_group',
    'can_delete_any_message_group',
    'can_delete_own_message_group',
    'can_resolve_topics_group',
    'can_move_messages_within_channel_group',
    'can_add_subscribers_group',
    'can_administer_channel_group',
    'can_subscribe_group',
  ])
  const people = { direct_members: [owner.id, anybody().id], direct_subgroups: [random.pick([5, 6])] }
  const value = random.pick<unknown>([3, 6, 8, people, people, oneGroup(play)])
  return (random.below(3) === 0 ? who : owner).patch(`/streams/${id}`, { [name]: { new: value } })
}

export const ofChannels: Kinds = {
  subscribe: [4, subscribe],
  unsubscribe: [4, unsubscribe],
  'come and go': [2, comeAndGo],
  'make a channel': [2, createChannel],
  'change a channel': [4, changeChannel],
  'change a permission in a channel': [2, changePermission],
}
