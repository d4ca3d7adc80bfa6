import { role } from '@parley/access'
import {
  type Account,
  type Answer,
  contractAvailable,
  eventFaults,
  eventQueue,
  type Organisation,
  type QueueEvent,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let owner: Account
let ann: Account
let gus: Account
let made = 0

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  org = await network.organisation()
  owner = org.owner
  ann = await org.person('Ann')
  gus = await org.person('Gus', { gateway: 2 })
  await owner.ok('PATCH', `/users/${gus.id}`, { role: role.guest })
  await owner.ok('PATCH', '/realm', { enable_spectator_access: true })
}, 60_000)
afterAll(() => network[Symbol.asyncDispose]())

const channel = async (fields: Record<string, unknown> = {}): Promise<{ id: number; name: string }> => {
  const name = `square ${++made}`
  const wanted = { name, subscribers: [owner.id, ann.id], is_web_public: true, ...fields }
  return { id: z.int().parse((await owner.ok('POST', '/channels/create', wanted))['id']), name }
}
const say = async (who: Account, to: number, content = 'hello'): Promise<number> =>
  z.int().parse((await who.ok('POST', '/messages', { type: 'channel', to, topic: 'tea', content }))['id'])
const look = (who: Account, narrow: unknown): Promise<Answer> =>
  who.get('/messages', { narrow, anchor: 'newest', num_before: 20, num_after: 0 })
const seen = async (who: Account, narrow: unknown): Promise<number[]> =>
  z
    .array(z.looseObject({ id: z.int() }))
    .parse((await look(who, narrow)).body['messages'])
    .map(({ id }) => id)
const short = (events: readonly QueueEvent[]) => events.map((event) => [event.type, event['op']])
const faultsOf = (events: readonly QueueEvent[]): unknown[] =>
  contractAvailable() ? events.flatMap(eventFaults) : []

test('AC-03 what a message was before is not shown to a guest outside', async () => {
  const { id, name } = await channel()
  const message = await say(ann, id, 'the first thought')
  await ann.ok('PATCH', `/messages/${message}`, { content: 'the second thought' })
  const before = async (who: Account) => JSON.stringify((await look(who, [['channel', id]])).body['messages'])
  expect(await before(ann)).toContain('the first thought')
  expect(await before(gus)).toContain('the second thought')
  expect(await before(gus)).not.toContain('the first thought')
  const within = await org.person('Ida')
  await owner.ok('PATCH', `/users/${within.id}`, { role: role.guest })
  expect(await before(within)).not.toContain('the first thought')
  const [subscriptions, principals] = [[{ name }], [within.id]]
  await owner.ok('POST', '/users/me/subscriptions', { subscriptions, principals })
  expect(await before(within)).toContain('the first thought')
})

test('AC-02 a guest outside looks through a web-public channel, reads no message by itself, and writes there', async () => {
  const { id, name } = await channel()
  const message = await say(ann, id, 'wide as the sky')
  for (const narrow of [
    [['channel', id]],
    [
      ['channel', name],
      ['topic', 'TEA'],
    ],
    [
      ['channels', 'web-public'],
      ['channel', id],
    ],
    [
      ['channel', id],
      ['search', 'sky'],
    ],
    [
      ['channel', id],
      ['sender', ann.id],
    ],
    [
      ['channel', id],
      ['id', message],
    ],
  ])
    expect([narrow, await seen(gus, narrow)]).toEqual([narrow, [message]])
  expect(await seen(gus, [['channels', 'web-public']])).toContain(message)
  // Without a channel term there is nothing that came to the guest, nor is what is asked of the guest's own marks.
  for (const narrow of [
    [],
    [['search', 'sky']],
    [['sender', ann.id]],
    [
      ['channel', id],
      ['is', 'starred'],
    ],
  ])
    expect([narrow, await seen(gus, narrow)]).toEqual([narrow, []])
  expect((await gus.get(`/messages/${message}`)).body['msg']).toBe('Invalid message(s)')
  expect((await gus.get('/messages', { message_ids: [message] })).body['messages']).toEqual([])
  const star = { messages: [message], op: 'add', flag: 'starred' }
  expect((await gus.post('/messages/flags', star)).body['msg']).toBe('Invalid message(s)')
  const byNarrow = { anchor: 'newest', num_before: 20, num_after: 0, op: 'add', flag: 'starred' }
  const marked = await gus.post('/messages/flags/narrow', { ...byNarrow, narrow: [['channel', id]] })
  expect(marked.body).toMatchObject({ processed_count: 0, updated_count: 0 })
  const reaction = { emoji_name: 'tada' }
  expect((await gus.post(`/messages/${message}/reactions`, reaction)).body['msg']).toBe('Invalid message(s)')
  expect((await gus.get(`/messages/${message}/history`)).body['msg']).toBe('Invalid message(s)')
  expect((await gus.get(`/messages/${message}/read_receipts`)).body['msg']).toBe('Invalid message(s)')
  const topics = await gus.ok('GET', `/users/me/${id}/topics`)
  expect(topics['topics']).toMatchObject([{ name: 'tea', max_id: message }])
  const own = await say(gus, id, 'from outside')
  expect(await seen(ann, [['channel', id]])).toEqual([message, own])
})

test('AC-02 a guest who waits is told of a new one, and of its going at the answer', async () => {
  const queue = await eventQueue(gus)
  const { id } = await channel()
  expect(short(await queue.rest())).toEqual([
    ['stream', 'create'],
    ['subscription', 'peer_add'],
  ])
  await say(ann, id)
  await owner.ok('PATCH', `/streams/${id}`, { description: 'what it is for' })
  const told = await queue.rest()
  expect(short(told)).toEqual([['stream', 'update']])
  expect(faultsOf(told)).toEqual([])
  await owner.ok('PATCH', `/streams/${id}`, { is_web_public: false })
  expect((await look(gus, [['channel', id]])).body['code']).toBe('BAD_NARROW')
  expect((await gus.get(`/streams/${id}`)).body['msg']).toBe('Invalid channel ID')
  expect((await gus.post('/messages', { type: 'channel', to: id, topic: 'tea', content: 'x' })).status).toBe(
    400,
  )
  expect(short(await queue.rest())).toEqual([['stream', 'delete']])
  await owner.ok('PATCH', `/streams/${id}`, { description: 'for members' })
  expect(await queue.rest()).toEqual([])
  await owner.ok('PATCH', `/streams/${id}`, { is_web_public: true })
  expect(short(await queue.rest())).toEqual([
    ['stream', 'create'],
    ['subscription', 'peer_add'],
    ['stream', 'update'],
  ])
})

test('AC-02 what was told while it was web-public is not delivered once it is not', async () => {
  const queue = await eventQueue(gus)
  const { id } = await channel()
  await owner.ok('PATCH', `/streams/${id}`, { new_name: `hidden ${++made}` })
  await owner.ok('PATCH', `/streams/${id}`, { is_web_public: false })
  // Only that it went: neither its name nor who is in it.
  expect(short(await queue.rest())).toEqual([['stream', 'delete']])
  const other = await channel()
  await owner.ok('PATCH', `/streams/${other.id}`, { is_private: true, is_web_public: false })
  expect(short(await queue.rest())).toEqual([['stream', 'delete']])
})

test('who wrote there is nobody to a guest who sees only whom they have met', async () => {
  const { id } = await channel()
  await say(ann, id)
  const writer = async () => (await look(gus, [['channel', id]])).body['messages']
  expect(await writer()).toMatchObject([{ sender_id: ann.id, sender_full_name: 'Ann' }])
  await owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 3 } })
  expect(await writer()).toMatchObject([{ sender_id: ann.id, sender_full_name: 'Unknown user' }])
  await owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 2 } })
})

test('the switch shows before anybody signs in, and in what a client begins with', async () => {
  const shown = async () => (await ann.ok('GET', '/server_settings'))['realm_web_public_access_enabled']
  const begun = async (who: Account) => (await eventQueue(who)).state
  expect(await shown()).toBe(true)
  expect(await begun(owner)).toMatchObject({
    realm_enable_spectator_access: true,
    server_web_public_streams_enabled: true,
    can_create_web_public_streams: true,
  })
  expect(await begun(ann)).toMatchObject({ can_create_web_public_streams: false })
  const queue = await eventQueue(ann)
  await owner.ok('PATCH', '/realm', { enable_spectator_access: false })
  expect(await queue.rest()).toMatchObject([
    { type: 'realm', op: 'update', property: 'enable_spectator_access', value: false },
  ])
  expect(await shown()).toBe(false)
  expect(await begun(owner)).toMatchObject({ can_create_web_public_streams: false })
  await owner.ok('PATCH', '/realm', { enable_spectator_access: true })
})
