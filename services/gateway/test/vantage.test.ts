import { closeCode } from '@parley/api'
import {
  type Account,
  basicHeader,
  eventQueue,
  eventSocket,
  type Organisation,
  testNetwork,
  type TestNetwork,
  testPassword,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

const all = { event_types: ['message'], all_public_streams: true }
let network: TestNetwork
let org: Organisation
let ada: Account
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  org = await network.organisation()
  ada = await org.person('Ada')
  await org.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'Open' }] })
})
afterAll(() => network[Symbol.asyncDispose]())

const become = (role: number) => org.owner.ok('PATCH', `/users/${ada.id}`, { role })
const there = () => org.client({ email: ada.email, apiKey: ada.apiKey, gateway: 2 })

test('AC-05 what a member had open is gone when they become a guest, and a guest sees no channel they are not in', async () => {
  const [polled, socketed, narrowed] = await Promise.all([
    eventQueue(ada, all),
    eventQueue(ada, all),
    eventQueue(ada, { ...all, narrow: [['channel', 'Open']] }),
  ])
  const socket = await eventSocket({
    url: org.url,
    ca: network.ca,
    gateway: 2,
    queueId: socketed.id,
    lastEventId: socketed.last,
    headers: basicHeader(ada),
  })
  const poll = there().get('/events', { queue_id: polled.id, last_event_id: polled.last })
  await there().ok('GET', '/users/me')
  await become(600)
  await org.owner.ok('POST', '/messages', { type: 'channel', to: 'Open', topic: 't', content: 'unseen' })
  expect((await poll).body).toMatchObject({ code: 'BAD_EVENT_QUEUE_ID', queue_id: polled.id })
  expect(await socket.closed).toBe(closeCode.queueGone)
  expect(socket.events).toEqual([])
  for (const queue of [polled, socketed, narrowed])
    for (const client of [ada, there()]) {
      const again = await client.get('/events', { queue_id: queue.id, last_event_id: queue.last })
      expect(again.body).toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
    }
  expect((await ada.post('/register', all)).body).toMatchObject({ code: 'BAD_REQUEST' })
  const { state } = await eventQueue(ada, {})
  expect(state).toMatchObject({ is_guest: true, streams: [] })
  expect(
    (
      await ada.get('/messages', {
        anchor: 'newest',
        num_before: 5,
        num_after: 0,
        narrow: [['channel', 'Open']],
      })
    ).status,
  ).toBe(400)
})

test('a queue from before is gone also where the role is again what it was', async () => {
  const queue = await eventQueue(ada, {})
  await become(400)
  await become(600)
  const again = await there().get('/events', { queue_id: queue.id, last_event_id: queue.last })
  expect(again.body).toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
})

test('who lost administration manages nothing more, at any gateway, with the same key', async () => {
  await become(200)
  expect((await there().patch(`/users/${ada.id}`, { full_name: 'Ada A' })).status).toBe(200)
  await become(400)
  for (const client of [ada, there()])
    expect((await client.patch(`/users/${ada.id}`, { full_name: 'Ada B' })).body).toMatchObject({
      code: 'UNAUTHORIZED_PRINCIPAL',
    })
})

test('who comes back stands in the lists of channels again, signs in and gets a queue; the old ones stay gone', async () => {
  const ben = await org.person('Ben')
  await ben.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'Open' }] })
  await ben.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'Bens own' }],
    principals: [ben.id, ada.id],
    invite_only: true,
  })
  const old = await eventQueue(ben, {})
  await ben.ok('DELETE', '/users/me')
  const seen = await eventQueue(ada, { event_types: ['realm_user', 'subscription'] })
  await org.owner.ok('POST', `/users/${ben.id}/reactivate`)
  await network.settle()
  const told = (await seen.rest()).map(({ type, op, user_ids }) => [type, op, user_ids])
  expect(told).toEqual([
    ['realm_user', 'update', undefined],
    ['subscription', 'peer_add', [ben.id]],
    ['subscription', 'peer_add', [ben.id]],
  ])
  expect((await ben.get('/users/me')).status).toBe(401)
  const key = await org.client().ok('POST', '/fetch_api_key', { username: ben.email, password: testPassword })
  const back = org.client({ email: ben.email, apiKey: String(key['api_key']) })
  const gone = await back.get('/events', { queue_id: old.id, last_event_id: old.last })
  expect(gone.body).toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
  expect((await eventQueue(back, {})).state).toMatchObject({ user_id: ben.id })
})
