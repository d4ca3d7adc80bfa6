import type { ApiClient } from '@parley/testkit'
import { z } from 'zod'
import type { Facts } from './facts.ts'
import { type Lists, sorted } from './rules.ts'

const Channels = z.array(z.object({ stream_id: z.int(), subscribers: z.array(z.int()).optional() }))
const Messages = z.object({ messages: z.array(z.object({ id: z.int() })) })
const Ids = z.array(z.object({ user_id: z.int() })).transform((list) => list.map(({ user_id: id }) => id))
const Topics = z.array(z.object({ max_id: z.int() }))
const Grouped = z.array(z.object({ unread_message_ids: z.array(z.int()) }))
const State = z.object({
  streams: Channels,
  subscriptions: Channels,
  unsubscribed: Channels,
  never_subscribed: Channels,
  realm_users: Ids,
  realm_non_active_users: Ids,
  realm_bots: Ids,
  max_message_id: z.int(),
  unread_msgs: z.object({ count: z.int(), streams: Grouped, pms: Grouped, huddles: Grouped }),
})
const capabilities = { empty_topic_name: true, archived_channels: true }

const ids = (list: readonly { readonly id: number }[]): number[] => list.map(({ id }) => id)
const idsOf = (channels: z.infer<typeof Channels>): number[] => channels.map(({ stream_id: id }) => id)

/** Those of these objects for which the answer is a success, asked one after the other. */
async function allowed(all: readonly number[], ask: (id: number) => Promise<boolean>): Promise<number[]> {
  const list: number[] = []
  for (const id of all) if (await ask(id)) list.push(id)
  return list
}

/** What each list holds for this person, by the API. Changes nothing. */
export async function told(who: ApiClient, { rows }: Facts): Promise<Lists> {
  const succeeds = async (path: string, fields: Record<string, unknown> = {}): Promise<boolean> =>
    (await who.get(path, fields)).status === 200
  const channels = async (fields: Record<string, unknown>): Promise<number[]> => {
    const none = { include_public: false, include_subscribed: false }
    const { streams } = await who.ok('GET', '/streams', { ...none, ...fields })
    return idsOf(Channels.parse(streams))
  }
  const messages = async (fields: Record<string, unknown>): Promise<number[] | null> => {
    const whole = { anchor: 'oldest', num_before: 0, num_after: 1000 }
    const { status, body } = await who.get(
      '/messages',
      'message_ids' in fields ? fields : { ...whole, ...fields },
    )
    return status === 200 ? Messages.parse(body).messages.map(({ id }) => id) : null
  }
  const [channelIds, messageIds, userIds] = [ids(rows.channels), ids(rows.messages), ids(rows.users)]
  const byName = async (ask: (name: string, id: number) => Promise<boolean>): Promise<number[]> =>
    (await Promise.all(rows.channels.map(async ({ name, id }) => ((await ask(name, id)) ? [id] : [])))).flat()
  const subscriptions = Channels.parse(
    (await who.ok('GET', '/users/me/subscriptions', { include_subscribers: true }))['subscriptions'],
  )
  const state = State.parse(
    await who.ok('POST', '/register', { include_subscribers: true, client_capabilities: capabilities }),
  )
  const unread = state.unread_msgs
  const bots = await who.get('/bots')
  const lists: Record<string, readonly number[] | null> = {
    'channels: all': await channels({ include_all: true }),
    'channels: all, archived too': await channels({ include_all: true, exclude_archived: false }),
    'channels: public': await channels({ include_public: true }),
    'channels: web-public': await channels({ include_web_public: true }),
    'channels: subscribed': await channels({ include_subscribed: true }),
    'channels: readable': await channels({ include_can_access_content: true }),
    'channels: of the owner': await channels({ include_owner_subscribed: true }),
    'channel by id': await allowed(channelIds, (id) => succeeds(`/streams/${id}`)),
    'channel by name': await byName(async (stream, id) => {
      const { status, body } = await who.get('/get_stream_id', { stream })
      return status === 200 && body['stream_id'] === id
    }),
    'linked by name': await byName(async (name, id) => {
      const { rendered } = await who.ok('POST', '/messages/render', { content: `#**${name}**` })
      return z.string().parse(rendered).includes(`data-stream-id="${id}"`)
    }),
    subscriptions: idsOf(subscriptions),
    'register: channels': idsOf(state.streams),
    'register: subscribed': idsOf(state.subscriptions),
    'register: unsubscribed': idsOf(state.unsubscribed),
    'register: never subscribed': idsOf(state.never_subscribed),
    'register: people': state.realm_users,
    'register: people gone': state.realm_non_active_users,
    'register: unread': [...unread.streams, ...unread.pms, ...unread.huddles].flatMap(
      (group) => group.unread_message_ids,
    ),
    'register: newest': state.max_message_id === -1 ? [] : [state.max_message_id],
    'register: bots': state.realm_bots,
    bots: bots.status === 200 ? Ids.parse(bots.body['bots']) : null,
    people: Ids.parse((await who.ok('GET', '/users'))['members']),
    'person by id': await allowed(userIds, (id) => succeeds(`/users/${id}`)),
    'message by id': await allowed(messageIds, (id) => succeeds(`/messages/${id}`)),
    'messages by ids': await messages({ message_ids: messageIds }),
    'messages: all': await messages({}),
    'messages: direct': await messages({ narrow: [['is', 'dm']] }),
    'messages: unread': await messages({ narrow: [['is', 'unread']] }),
    'messages: starred': await messages({ narrow: [['is', 'starred']] }),
  }
  for (const { id } of rows.users) {
    const from = await messages({ narrow: [['sender', id]] })
    if (from) lists[`messages: from ${id}`] = from
  }
  for (const { id } of rows.channels) {
    lists[`messages: in ${id}`] = await messages({ narrow: [['channel', id]] })
    const members = await who.get(`/streams/${id}/members`)
    lists[`members of ${id}`] = members.status === 200 ? numbers(members.body['subscribers']) : null
    const topics = await who.get(`/users/me/${id}/topics`)
    lists[`newest of the topics of ${id}`] = topics.status === 200 ? newest(topics.body['topics']) : null
  }
  for (const { stream_id: id, subscribers } of subscriptions)
    lists[`subscribers of ${id}`] = subscribers ?? null
  for (const channel of [...state.subscriptions, ...state.unsubscribed, ...state.never_subscribed])
    lists[`register: subscribers of ${channel.stream_id}`] = channel.subscribers ?? null
  return sorted(lists)
}

const newest = (topics: unknown): number[] => Topics.parse(topics).map((topic) => topic.max_id)
const numbers = (value: unknown): number[] => z.array(z.int()).parse(value)

// So that no topic was begun before.
let begun = 0

/** Tries to star each message, and to send to each channel and person. */
export async function toldChanges(who: ApiClient, { rows }: Facts): Promise<Lists> {
  const succeeds = async (path: string, fields: Record<string, unknown>): Promise<boolean> =>
    (await who.post(path, fields)).status === 200
  return sorted({
    'may star': await allowed(ids(rows.messages), (id) =>
      succeeds('/messages/flags', { op: 'add', flag: 'starred', messages: [id] }),
    ),
    'may send to channels': await allowed(ids(rows.channels), (to) =>
      succeeds('/messages', { type: 'channel', to, topic: 'topic 0', content: 'y' }),
    ),
    'may begin topics in channels': await allowed(ids(rows.channels), (to) =>
      succeeds('/messages', { type: 'channel', to, topic: `begun ${++begun}`, content: 'y' }),
    ),
    'may send to people': await allowed(ids(rows.users), (to) =>
      succeeds('/messages', { type: 'direct', to: [to], content: 'y' }),
    ),
  })
}
