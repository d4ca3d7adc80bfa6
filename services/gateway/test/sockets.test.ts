import { closeCode } from '@parley/api'
import {
  type ApiClient,
  eventFaults,
  type Organisation,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
const open = new Set<WebSocket>()
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  org = await network.organisation()
}, 120_000)
afterAll(async () => {
  for (const socket of open) socket.terminate()
  await network?.[Symbol.asyncDispose]()
}, 60_000)

type Account = Organisation['owner']
const Frame = z.object({
  type: z.literal('events'),
  events: z.array(z.looseObject({ id: z.int(), type: z.string() })).min(1),
})
const Registered = z.looseObject({ queue_id: z.string(), last_event_id: z.int() })

async function register(client: Account) {
  const made = Registered.parse(await client.ok('POST', '/register', { event_types: ['message'] }))
  return { queue_id: made.queue_id, last_event_id: made.last_event_id }
}

/** One socket of a queue: what came, and how it ended. */
async function socketOf(account: Account, at: { queue_id: string; last_event_id: number }, gateway = 1) {
  const { host, port } = new URL(org.url)
  const basic = Buffer.from(`${account.email}:${account.apiKey}`).toString('base64')
  const query = new URLSearchParams({ queue_id: at.queue_id, last_event_id: String(at.last_event_id) })
  const socket = new WebSocket(`wss://127.0.0.${gateway + 1}:${port}/api/v1/events/ws?${query.toString()}`, {
    ca: network.ca,
    servername: 'localhost',
    headers: { host, authorization: `Basic ${basic}` },
  } as never)
  open.add(socket)
  const got: string[] = []
  const waiting: { count: number; done: () => void }[] = []
  socket.on('message', (data: Buffer) => {
    for (const event of Frame.parse(JSON.parse(data.toString())).events) {
      expect(event.id).toBeGreaterThan(at.last_event_id)
      expect(eventFaults(event)).toEqual([])
      at.last_event_id = event.id
      got.push(z.object({ message: z.object({ content: z.string() }) }).parse(event).message.content)
    }
    for (const { count, done } of waiting) if (got.length >= count) done()
  })
  socket.on('error', () => {})
  const closed = new Promise<number>((done) => socket.on('close', done))
  const opened = new Promise<void>((done) => socket.on('open', () => done()))
  await Promise.race([opened, closed])
  return {
    socket,
    got,
    closed,
    has: (count: number) =>
      new Promise<void>((done) => {
        if (got.length >= count) done()
        else waiting.push({ count, done })
      }),
  }
}

let rooms = 0
async function room(...people: readonly Account[]): Promise<string> {
  const name = `room ${++rooms}`
  const subscriptions = [{ name }]
  await org.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions,
    principals: people.map((p) => p.id),
  })
  return name
}
const say = (to: string, content: string) =>
  org.owner.ok('POST', '/messages', { type: 'channel', to, topic: 't', content })

test('a socket gets what was missed, then what comes; at another gateway it goes on', async () => {
  const ada = await org.person('Ada Socket')
  const to = await room(ada)
  const at = await register(ada)
  await say(to, 'a')
  const first = await socketOf(ada, at)
  await first.has(1)
  await say(to, 'b')
  await first.has(2)
  first.socket.send(JSON.stringify({ ack: at.last_event_id }))
  first.socket.close()
  await first.closed
  await say(to, 'c')
  const second = await socketOf(ada, at, 2)
  await say(to, 'd')
  await second.has(2)
  expect([first.got, second.got]).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})

test('the same message goes to many sockets, each with the flags of its reader', async () => {
  const people = await Promise.all(['Ann', 'Ben', 'Cy'].map((n) => org.person(`${n} Many`)))
  const to = await room(...people)
  const sockets = await Promise.all(people.map(async (p) => socketOf(p, await register(p))))
  await say(to, 'to all')
  await Promise.all(sockets.map((s) => s.has(1)))
  expect(sockets.map((s) => s.got)).toEqual([['to all'], ['to all'], ['to all']])
})

test('a second socket or poll takes the queue over; a deleted queue closes it', async () => {
  const ada = await org.person('Ada Takes')
  const at = await register(ada)
  const first = await socketOf(ada, at)
  const second = await socketOf(ada, at)
  expect(await first.closed).toBe(closeCode.superseded)
  await ada.ok('DELETE', '/events', { queue_id: at.queue_id })
  expect(await second.closed).toBe(closeCode.queueGone)
})

test('a socket or poll at one gateway takes the queue over from a socket at another', async () => {
  const ada = await org.person('Ada Moves')
  const to = await room(ada)
  const at = await register(ada)
  const poll = (client: ApiClient, dont_block = false) =>
    client.get('/events', { ...at, dont_block }).then(({ body }) => body['events'])
  const there = org.client({ email: ada.email, apiKey: ada.apiKey, gateway: 2 })
  // Both follow the organisation from here on; and what is said comes after what was told of a socket.
  expect([await poll(ada, true), await poll(there, true)]).toEqual([[], []])
  const first = await socketOf(ada, at, 1)
  await say(to, 'one')
  await first.has(1)
  const second = await socketOf(ada, at, 2)
  expect(await first.closed).toBe(closeCode.superseded)
  await say(to, 'two')
  await second.has(1)
  const polled = poll(ada)
  expect(await second.closed).toBe(closeCode.superseded)
  await say(to, 'three')
  expect(await polled).toMatchObject([{ message: { content: 'three' } }])
  expect([first.got, second.got]).toEqual([['one'], ['two']])
})

test('WS-03 AU-11 a socket ends with its key, wherever it is', async () => {
  const ada = await org.person('Ada Revoked')
  const there = await socketOf(ada, await register(ada), 2)
  const here = await socketOf(ada, await register(ada), 1)
  await ada.ok('POST', '/users/me/api_key/regenerate')
  expect([await there.closed, await here.closed]).toEqual([closeCode.revoked, closeCode.revoked])
})

test('WS-04 a socket of somebody who was removed stays, without what was taken', async () => {
  const ada = await org.person('Ada Taken')
  const [lost, kept] = [await room(ada), await room(ada)]
  const socket = await socketOf(ada, await register(ada), 2)
  await say(lost, 'seen')
  await socket.has(1)
  await org.owner.ok('DELETE', '/users/me/subscriptions', { subscriptions: [lost], principals: [ada.id] })
  await say(lost, 'never')
  await say(kept, 'last')
  await socket.has(2)
  expect(socket.got).toEqual(['seen', 'last'])
})

test.each([
  ['no JSON', 'x'],
  ['something else', '{"hello":1}'],
  ['an id that is none', '{"ack":-1}'],
  ['bytes', Buffer.of(1, 2)],
  ['deep JSON', '['.repeat(2000)],
])('WS-05 a frame of %s ends the socket, and no other', async (_, frame) => {
  const [ada, bob] = [await org.person(`Ada Frame ${++rooms}`), await org.person(`Bob Frame ${rooms}`)]
  const [bad, good] = [await socketOf(ada, await register(ada)), await socketOf(bob, await register(bob))]
  bad.socket.send(frame)
  expect(await bad.closed).toBe(closeCode.badFrame)
  const to = await room(bob)
  await say(to, 'alive')
  await good.has(1)
})

test('F73 WS-08 a frame beyond the limit ends the socket', async () => {
  const ada = await org.person('Ada Big')
  const { socket, closed } = await socketOf(ada, await register(ada))
  socket.send('x'.repeat(100_000))
  expect(await closed).toBe(1009)
})
