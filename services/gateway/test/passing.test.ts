import { systemIds } from '@parley/core'
import {
  type Account,
  basicHeader,
  contentsOf,
  contractAvailable,
  type EventQueue,
  eventFaults,
  eventQueue,
  eventSocket,
  type Organisation,
  passes,
  type QueueEvent,
  saying,
  seeded,
  seedOf,
  size,
  type TestNetwork,
  testNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let ada: Account
let bob: Account
let cat: Account
let talk: number

const seed = seedOf(7)
const types = ['message', 'typing', 'typing_edit_message']
const client_capabilities = { stream_typing_notifications: true }

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  // Redis is shared, so this organisation has a number of its own.
  const first = 2_000_000 + (systemIds.bytes(3).readUIntBE(0, 3) % 1_000_000)
  await network.database.superuser(`ALTER SEQUENCE auth.org_ids RESTART WITH ${first}`)
  org = await network.organisation()
  ;[ada, bob, cat] = [await org.person('Ada'), await org.person('Bob'), await org.person('Cat')]
})
afterAll(() => network[Symbol.asyncDispose]())
let named = 0
beforeEach(async () => {
  const name = `Talk ${++named}`
  const subscriptions = [{ name }]
  const principals = [ada.id, bob.id]
  await ada.ok('POST', '/users/me/subscriptions', { subscriptions, principals, invite_only: true })
  talk = z.int().parse((await ada.ok('GET', '/get_stream_id', { stream: name }))['stream_id'])
})

const at = ({ id, email, apiKey }: Account, gateway: number): Account => ({
  ...org.client({ email, apiKey, gateway }),
  id,
  email,
  apiKey,
})
/** A queue that the gateway of `who` knows: what passes from now on comes with the next poll. */
const listening = async (who: Account, more: Record<string, unknown> = {}): Promise<EventQueue> => {
  const queue = await eventQueue(who, { event_types: types, client_capabilities, ...more })
  await queue.rest()
  return queue
}
const typing = (who: Account, fields: Record<string, unknown>) =>
  who.ok('POST', '/typing', { op: 'start', ...fields })
const inTalk = (who: Account) => typing(who, { type: 'channel', stream_id: talk, topic: 'tea' })
const say = async (who: Account, content: string): Promise<number> =>
  z
    .int()
    .parse((await who.ok('POST', '/messages', { type: 'channel', to: talk, topic: 'tea', content }))['id'])
const some = (events: readonly QueueEvent[]): boolean => events.some(({ type }) => passes(type))
const faults = (events: readonly QueueEvent[]) => (contractAvailable() ? events.flatMap(eventFaults) : [])
const withoutId = (events: readonly QueueEvent[]) => events.map((event) => ({ ...event, id: undefined }))

test('typing comes to all who are named, the typist too, at every gateway and over polls and sockets', async () => {
  const mine = await listening(ada)
  const far = await listening(at(bob, 2))
  const others = await listening(cat)
  const queue = await eventQueue(bob, { event_types: types })
  using socket = await eventSocket({
    url: org.url,
    ca: network.ca,
    gateway: 2,
    queueId: queue.id,
    lastEventId: queue.last,
    headers: basicHeader(bob),
  })
  // The socket is served when it has got something.
  await say(bob, 'here')
  await socket.until(saying('here'))
  const hanging = far.until(some)
  await typing(ada, { to: [bob.id] })
  const [one, two] = [await mine.until(some), await hanging]
  await socket.until(some)
  const person = ({ id, email }: Account) => ({ user_id: id, email })
  const told = {
    type: 'typing',
    op: 'start',
    message_type: 'direct',
    sender: person(ada),
    recipients: [person(ada), person(bob)],
  }
  for (const events of [one, two, socket.events]) {
    expect(withoutId(events.filter(({ type }) => passes(type)))).toEqual([{ ...told, id: undefined }])
    expect(faults(events)).toEqual([])
  }
  expect(await others.rest()).toEqual([])
})

test('typing in a channel and editing there: to its people, and of the former to who can read it alone', async () => {
  const able = await listening(bob)
  const unable = await listening(bob, { client_capabilities: {} })
  const outside = await listening(cat)
  const message = await say(ada, 'first')
  // What passes may overtake the log.
  await network.settle()
  await inTalk(ada)
  await ada.ok('POST', `/messages/${message}/typing`, { op: 'start' })
  const edited = (events: readonly QueueEvent[]): boolean =>
    events.some(({ type }) => type === 'typing_edit_message')
  const [events, fewer] = [await able.until(edited), await unable.until(edited)]
  expect(withoutId(events.slice(1))).toMatchObject([
    { type: 'typing', message_type: 'stream', stream_id: talk, topic: 'tea', sender: { user_id: ada.id } },
    {
      type: 'typing_edit_message',
      sender_id: ada.id,
      message_id: message,
      recipient: { type: 'channel', channel_id: talk, topic: 'tea' },
    },
  ])
  expect(faults([...events, ...fewer])).toEqual([])
  expect(fewer.map(({ type }) => type)).toEqual(['message', 'typing_edit_message'])
  expect(await outside.rest()).toEqual([])
})

test('AC-05 whoever has left, or was deactivated, is told of no typing any more, nor of what passed before', async () => {
  const queue = await listening(bob)
  const watching = await listening(ada)
  await inTalk(ada)
  await watching.until(some)
  const subscriptions = [`Talk ${named}`]
  await ada.ok('DELETE', '/users/me/subscriptions', { subscriptions, principals: [bob.id] })
  expect((await queue.rest()).filter(({ type }) => passes(type))).toEqual([])
  await inTalk(ada)
  await watching.until(some)
  expect((await queue.rest()).filter(({ type }) => passes(type))).toEqual([])
  expect(
    await bob.post('/typing', { op: 'start', type: 'channel', stream_id: talk, topic: 'tea' }),
  ).toMatchObject({
    status: 400,
    body: { msg: 'Invalid channel ID' },
  })
  const dan = await org.person(`Dan ${named}`)
  const gone = await listening(dan)
  await org.owner.ok('DELETE', `/users/${dan.id}`)
  expect(await gone.rest().catch(String)).toMatch(/UNAUTHORIZED/)
  expect(await ada.post('/typing', { op: 'start', to: [dan.id] })).toMatchObject({ status: 400 })
})

test(`between messages, over polls and a socket, ids never go back and no message is missed (seed ${seed})`, async () => {
  const random = seeded(seed)
  const polled = await listening(ada)
  const queue = await eventQueue(bob, { event_types: types, client_capabilities })
  using socket = await eventSocket({
    url: org.url,
    ca: network.ca,
    gateway: 2,
    queueId: queue.id,
    lastEventId: queue.last,
    headers: basicHeader(bob),
  })
  // Each poll holds its ids against the one before.
  const reading = polled.until(saying('the end'))
  const sent: string[] = []
  for (let i = 0; i < size(60, 1000); i++) {
    const who = random.pick([ada, bob])
    const act = random.below(4)
    if (act === 0) {
      sent.push(`message ${i}`)
      await say(who, `message ${i}`)
    } else if (act === 1) await inTalk(who)
    else if (act === 2) await typing(who, { to: [ada.id, bob.id] })
    // Of this only the log's head moves, for these queues.
    else await cat.ok('POST', '/users/me/status', { status_text: `${i}` })
  }
  await say(ada, 'the end')
  const events = await reading
  await socket.until(saying('the end'))
  for (const got of [events, socket.events]) {
    expect(contentsOf(got)).toEqual([...sent, 'the end'])
    expect(some(got)).toBe(true)
  }
  for (const [i, { id }] of socket.events.entries())
    expect(id).toBeGreaterThanOrEqual(socket.events[i - 1]?.id ?? 0)
})

test('who comes is told of at once, to each client as it reads it', async () => {
  const presence = { event_types: ['presence'] }
  const queues = [
    await listening(ada, { ...presence, client_capabilities: { simplified_presence_events: true } }),
    await listening(at(bob, 2), { ...presence, slim_presence: true }),
    await listening(bob, presence),
  ]
  await cat.ok('POST', '/users/me/presence', { status: 'active', ping_only: true })
  const got = await Promise.all(queues.map((queue) => queue.until(some)))
  expect(got).toMatchObject([
    [{ presences: { [cat.id]: {} } }],
    [{ user_id: cat.id, presence: { website: { status: 'active' } } }],
    [{ user_id: cat.id, email: cat.email }],
  ])
  expect(got.flatMap(faults)).toEqual([])
})

test('while NATS is away typing is answered and lost, and comes again with it', async () => {
  const queue = await listening(ada)
  await network.nats.kill()
  await typing(bob, { to: [ada.id] })
  await network.nats.start()
  const heard = queue.until(some)
  let told = false
  void heard.then(() => (told = true))
  // It connects by itself; until then what is told is lost.
  await expect
    .poll(
      async () => {
        await typing(bob, { op: 'stop', to: [ada.id] })
        return told
      },
      { timeout: 20_000, interval: 100 },
    )
    .toBe(true)
  expect((await heard).map(({ op }) => op)).toContain('stop')
})
