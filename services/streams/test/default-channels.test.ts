import { role } from '@parley/access'
import { maxDefaultChannels } from '@parley/api'
import { type Account, type Organisation, testNetwork, type TestNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { defaultColor } from '../src/rules/color.ts'

let network: TestNetwork
let organisation: Organisation
let owner: Account
const channels: number[] = []

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  organisation = await network.organisation()
  owner = organisation.owner
  for (const [name, more] of [
    ['lobby', { is_default_stream: true }],
    ['news', { is_default_stream: true, can_send_message_group: 6 }],
    ['past', { is_default_stream: true }],
    ['elsewhere', {}],
    ['secret', { invite_only: true }],
  ] as const) {
    const made = await owner.ok('POST', '/channels/create', { name, subscribers: [owner.id], ...more })
    channels.push(z.int().parse(made['id']))
  }
  // What is archived is nobody's default.
  await owner.ok('DELETE', `/streams/${channels[2]}`)
  await owner.ok('POST', '/messages', { type: 'channel', to: 'lobby', topic: 'x', content: 'before' })
})
afterAll(() => network[Symbol.asyncDispose]())

const Subscriptions = z.object({
  subscriptions: z.array(z.looseObject({ stream_id: z.int(), color: z.string() })),
})
const inChannels = async (who: Account) =>
  Subscriptions.parse(await who.ok('GET', '/users/me/subscriptions')).subscriptions
const Registered = z.looseObject({
  queue_id: z.string(),
  last_event_id: z.int(),
  subscriptions: z.array(z.looseObject({ stream_id: z.int(), subscriber_count: z.int() })),
})
const register = async (who: Account) =>
  Registered.parse(
    await who.ok('POST', '/register', { event_types: ['message', 'subscription', 'stream', 'realm_user'] }),
  )

test('who is new is in the default channels at once, and gets what is said there from then on', async () => {
  const queue = await register(owner)
  const ada = await organisation.person('Ada', { gateway: 2 })
  const state = await register(ada)
  const [lobby, news] = channels
  expect(state.subscriptions.map(({ stream_id, subscriber_count }) => [stream_id, subscriber_count])).toEqual(
    [
      [lobby, 2],
      [news, 2],
    ],
  )
  expect(await inChannels(ada)).toMatchObject(
    [lobby, news].map((stream_id) => ({ stream_id, color: defaultColor(stream_id ?? 0) })),
  )
  await owner.ok('POST', '/messages', { type: 'channel', to: 'lobby', topic: 'x', content: 'after' })
  const home = await ada.ok('GET', '/messages', { anchor: 'newest', num_before: 9, num_after: 0 })
  expect(home['messages']).toMatchObject([{ content: '<p>after</p>' }])
  await network.settle()
  const { events } = z
    .looseObject({ events: z.array(z.looseObject({ type: z.string(), op: z.string().optional() })) })
    .parse(
      await owner.ok('GET', '/events', {
        queue_id: queue.queue_id,
        last_event_id: queue.last_event_id,
        dont_block: true,
      }),
    )
  expect(events).toMatchObject([
    { type: 'realm_user', op: 'add', person: { user_id: ada.id } },
    { type: 'subscription', op: 'peer_add', stream_ids: [lobby], user_ids: [ada.id] },
    { type: 'subscription', op: 'peer_add', stream_ids: [news], user_ids: [ada.id] },
    { type: 'message' },
  ])
  const got = await ada.ok('GET', '/events', {
    queue_id: state.queue_id,
    last_event_id: state.last_event_id,
    dont_block: true,
  })
  expect(got['events']).toMatchObject([{ type: 'message', message: { subject: 'x', sender_id: owner.id } }])
})

test('the guests of a channel learn of who is new in it', async () => {
  const guest = await organisation.person('Visitor')
  await owner.ok('PATCH', `/users/${guest.id}`, { role: role.guest })
  const queue = await register(guest)
  const bob = await organisation.person('Bob')
  await network.settle()
  const fields = { queue_id: queue.queue_id, last_event_id: queue.last_event_id, dont_block: true }
  expect((await guest.ok('GET', '/events', fields))['events']).toMatchObject([
    { type: 'realm_user', op: 'add' },
    { type: 'subscription', op: 'peer_add', stream_ids: [channels[0]], user_ids: [bob.id] },
    { type: 'subscription', op: 'peer_add', stream_ids: [channels[1]], user_ids: [bob.id] },
  ])
})

test('accounts that are made while the defaults change are in those of their place in the log', async () => {
  const other = await network.organisation()
  const made = async (name: string): Promise<number> => {
    const wanted = { name, subscribers: [], is_default_stream: true }
    return z.int().parse((await other.owner.ok('POST', '/channels/create', wanted))['id'])
  }
  const stream_id = await made('one')
  await made('two')
  const changing = async (): Promise<void> => {
    for (const method of ['DELETE', 'POST', 'DELETE', 'POST'] as const)
      await other.owner.ok(method, '/default_streams', { stream_id })
    await other.owner.ok('DELETE', `/streams/${stream_id}`)
  }
  await Promise.all([changing(), ...['A', 'B', 'C', 'D', 'E'].map((n) => other.person(`Person ${n}`))])
  const rows = await network.database.superuser(
    'SELECT type, body, user_ids FROM events.log WHERE org_id = $1 ORDER BY seq',
    [other.id],
  )
  const Entry = z.object({
    type: z.string(),
    user_ids: z.array(z.int()),
    body: z.looseObject({
      user_id: z.int().optional(),
      channel_id: z.int().optional(),
      channel_ids: z.array(z.int()).optional(),
    }),
  })
  let defaults: readonly number[] = []
  const due = new Map<number, readonly number[]>()
  const joined = new Map<number, number[]>()
  for (const { type, body, user_ids } of rows.map((row) => Entry.parse(row))) {
    if (type === 'default-channels.changed') defaults = body.channel_ids ?? []
    if (type === 'user.created') due.set(body.user_id ?? 0, defaults)
    if (type === 'user.created') joined.set(body.user_id ?? 0, [])
    if (type === 'membership.granted')
      for (const user of user_ids) joined.get(user)?.push(body.channel_id ?? 0)
  }
  expect(due.size).toBe(6)
  expect(joined).toEqual(due)
})

test('the database gives every channel the colour that the service would', async () => {
  const rows = await network.database.superuser(
    'SELECT n, streams.default_color(n) AS color FROM generate_series(0, 40) AS n',
  )
  expect(rows.map((row) => row['color'])).toEqual(rows.map((row) => defaultColor(z.int().parse(row['n']))))
})

test('only so many channels are defaults', async () => {
  const other = await network.organisation()
  await network.database.superuser(
    `WITH r AS (
       INSERT INTO messaging.recipients (org_id, channel_id)
       SELECT $1, n FROM generate_series(10001, 10000 + $2::integer) AS n
       RETURNING org_id, channel_id, recipient_id)
     INSERT INTO streams.channels (org_id, channel_id, recipient_id, name, name_key, invite_only,
       history_public_to_subscribers, created_at, is_default)
     SELECT org_id, channel_id, recipient_id, channel_id::text, channel_id::text, false, true, now(), true FROM r`,
    [other.id, maxDefaultChannels],
  )
  const msg = `Too many default channels (limit: ${maxDefaultChannels})`
  const wanted = { name: 'one more', subscribers: [], is_default_stream: true }
  expect((await other.owner.post('/channels/create', wanted)).body).toMatchObject({ msg })
  const made = await other.owner.ok('POST', '/channels/create', { ...wanted, is_default_stream: false })
  expect((await other.owner.post('/default_streams', { stream_id: made['id'] })).body).toMatchObject({ msg })
})
