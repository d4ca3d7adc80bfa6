import {
  contractFaults,
  eventFaults,
  type Account,
  type Organisation,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let organisation: Organisation
let owner: Account
let ada: Account
let bob: Account

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, streams: 2 } })
  organisation = await network.organisation()
  owner = organisation.owner
  ada = await organisation.person('Ada')
  bob = await organisation.person('Bob', { gateway: 2 })
})
afterAll(() => network[Symbol.asyncDispose]())

const Registered = z.looseObject({ queue_id: z.string(), last_event_id: z.int() })
const Polled = z.looseObject({
  events: z.array(z.looseObject({ id: z.int(), type: z.string(), op: z.string().optional() })),
})

interface Queue {
  readonly state: z.infer<typeof Registered>
  /** Everything there is for the queue after the network has settled. */
  events(): Promise<z.infer<typeof Polled>['events']>
}

async function queue(who: Account): Promise<Queue> {
  const body = await who.ok('POST', '/register', {
    event_types: ['stream', 'subscription'],
    include_subscribers: true,
  })
  expect(contractFaults('POST', '/register', 200, body)).toEqual([])
  const state = Registered.parse(body)
  let last = state.last_event_id
  return {
    state,
    async events() {
      await network.settle()
      const fields = { queue_id: state.queue_id, last_event_id: last, dont_block: true }
      const { events } = Polled.parse(await who.ok('GET', '/events', fields))
      last = events.at(-1)?.id ?? last
      expect(events.flatMap((event) => eventFaults(event))).toEqual([])
      return events
    },
  }
}
const kinds = (events: Awaited<ReturnType<Queue['events']>>): string[] =>
  events.map((event) => `${event.type} ${event.op ?? ''}`)
const add = (who: Account, name: string, people: readonly Account[], more: Record<string, unknown> = {}) =>
  who.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name }],
    principals: people.map((person) => person.id),
    ...more,
  })
const remove = (who: Account, name: string, person: Account) =>
  who.ok('DELETE', '/users/me/subscriptions', { subscriptions: [name], principals: [person.id] })

test('everybody learns of a channel as far as they may know of it', async () => {
  const queues = await Promise.all([owner, ada, bob].map((who) => queue(who)))
  await add(ada, 'in the open', [ada])
  await add(ada, 'behind doors', [ada, bob], { invite_only: true })
  const seen = await Promise.all(queues.map(async (one) => kinds(await one.events())))
  expect(seen).toEqual([
    ['stream create', 'subscription peer_add', 'stream create', 'subscription peer_add'],
    ['stream create', 'subscription peer_add', 'subscription add', 'stream create', 'subscription add'],
    ['stream create', 'subscription peer_add', 'stream create', 'subscription add'],
  ])
})

test('who was added and taken out again before asking learns nothing of the channel', async () => {
  const waiting = await queue(bob)
  await add(ada, 'canary chamber', [ada], { invite_only: true })
  await add(ada, 'canary chamber', [bob])
  await remove(ada, 'canary chamber', bob)
  // That it is gone is told by its number alone: the removal would name what it was never told.
  const told = await waiting.events()
  expect(kinds(told)).toEqual(['stream delete'])
  expect(JSON.stringify(told)).not.toContain('canary chamber')
  expect(await bob.get('/get_stream_id', { stream: 'canary chamber' })).toMatchObject({ status: 400 })
  const again = await queue(bob)
  expect(JSON.stringify(again.state)).not.toContain('canary chamber')
})

test('what is not read is not lost: register after a change has it, the queue before it is told', async () => {
  const before = await queue(bob)
  await add(bob, 'late', [bob])
  const after = await queue(bob)
  expect(kinds(await before.events())).toEqual(['stream create', 'subscription peer_add', 'subscription add'])
  expect(await after.events()).toEqual([])
  expect(after.state['subscriptions']).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'late', subscribers: [bob.id] })]),
  )
})

test('people of two gateways and two instances who make the same channel at once are in one', async () => {
  const answers = await Promise.all(
    [ada, bob, owner].flatMap((who) => [add(who, 'Rush', [who]), add(who, 'rush', [who])]),
  )
  expect(answers).toHaveLength(6)
  const { streams } = z
    .looseObject({ streams: z.array(z.looseObject({ name: z.string(), subscriber_count: z.int() })) })
    .parse(await owner.ok('GET', '/streams'))
  expect(streams.filter((s) => s.name.toLowerCase() === 'rush')).toMatchObject([{ subscriber_count: 3 }])
})

test('a permission that was taken away opens nothing at the answer: no post, no look, no queue from before', async () => {
  const naming = { direct_members: [bob.id], direct_subgroups: [] }
  await add(ada, 'study', [ada], { invite_only: true, can_subscribe_group: naming })
  const { stream_id: id } = z
    .looseObject({ stream_id: z.int() })
    .parse(await ada.ok('GET', '/get_stream_id', { stream: 'study' }))
  await ada.ok('PATCH', `/streams/${id}`, { history_public_to_subscribers: true })
  const say = () => bob.post('/messages', { type: 'channel', to: id, topic: 'x', content: 'x' })
  expect((await say()).status).toBe(200)
  const waiting = await queue(bob)
  await ada.ok('PATCH', `/streams/${id}`, { new_name: 'canary study' })
  await ada.ok('PATCH', `/streams/${id}`, { can_subscribe_group: { new: 8, old: naming } })
  expect((await say()).status).toBe(400)
  expect((await bob.get(`/streams/${id}`)).body['msg']).toBe('Invalid channel ID')
  const poll = { queue_id: waiting.state.queue_id, last_event_id: waiting.state.last_event_id }
  expect((await bob.get('/events', { ...poll, dont_block: true })).body['code']).toBe('BAD_EVENT_QUEUE_ID')
  expect(JSON.stringify((await queue(bob)).state)).not.toContain('canary study')

  // In the channel, but let to post no more.
  await add(ada, 'study two', [ada, bob])
  const post = () => bob.post('/messages', { type: 'channel', to: 'study two', topic: 'x', content: 'x' })
  expect((await post()).status).toBe(200)
  const { stream_id: two } = await ada.ok('GET', '/get_stream_id', { stream: 'study two' })
  await ada.ok('PATCH', `/streams/${String(two)}`, { can_send_message_group: { new: 6 } })
  expect((await post()).status).toBe(400)
})
