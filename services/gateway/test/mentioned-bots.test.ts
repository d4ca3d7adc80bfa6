import {
  type Account,
  basicHeader,
  contentsOf,
  contractAvailable,
  eventFaults,
  eventQueue,
  eventSocket,
  expectSnapshotEqual,
  type Organisation,
  saying,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Bot, makeBot } from './bot.ts'

const wholeState = {
  include_subscribers: true,
  client_capabilities: { empty_topic_name: true, bulk_message_deletion: true, linkifier_url_template: true },
}
const messages = { event_types: ['message'] }
const gateways = [1, 2] as const
let network: TestNetwork
let org: Organisation
let owner: Account
let ann: Account
let made = 0
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
  org = await network.organisation()
  owner = org.owner
  ann = await org.person('Ann')
}, 60_000)
afterAll(() => network[Symbol.asyncDispose]())

const bot = (): Promise<Bot> => makeBot(org, ann)
async function channel(): Promise<{ readonly name: string; readonly id: number }> {
  const name = `open ${made++}`
  await owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }], principals: [owner.id] })
  return { name, id: z.int().parse((await owner.ok('GET', '/get_stream_id', { stream: name }))['stream_id']) }
}
const close = (id: number, closed = true) => owner.ok('PATCH', `/streams/${id}`, { is_private: closed })
const mention = async ({ id: who }: Bot, to: string, content: string): Promise<number> => {
  const text = `${content} @**|${who}**`
  return z
    .int()
    .parse((await owner.ok('POST', '/messages', { type: 'channel', to, topic: 'tea', content: text }))['id'])
}
const end = ({ id }: Bot) => owner.ok('POST', '/messages', { type: 'direct', to: [id], content: 'the end' })

test('a bot that is mentioned where it is not hears of it at any gateway, and of what becomes of that', async () => {
  const [robbie, other, { name }] = [await bot(), await bot(), await channel()]
  const queues = await Promise.all(robbie.at.map((client) => eventQueue(client, wholeState)))
  const socketed = await eventQueue(robbie, messages)
  const place = { url: org.url, ca: network.ca, gateway: 1, queueId: socketed.id, lastEventId: socketed.last }
  const socket = await eventSocket({ ...place, headers: basicHeader(robbie) })
  const elsewhere = await eventQueue(other, wholeState)
  await owner.ok('POST', '/messages', { type: 'channel', to: name, topic: 'tea', content: 'nobody' })
  const ids = [await mention(robbie, name, 'one'), await mention(robbie, name, 'two')]
  const [first = 0, second = 0] = ids
  await owner.ok('PATCH', `/messages/${first}`, { content: `changed @**|${robbie.id}**` })
  await owner.ok('POST', `/messages/${first}/reactions`, { emoji_name: 'tada' })
  await owner.ok('PATCH', `/messages/${first}`, { topic: 'cake', propagate_mode: 'change_all' })
  await robbie.ok('POST', '/messages/flags', { messages: [first], op: 'add', flag: 'read' })
  await owner.ok('DELETE', `/messages/${second}`)
  await end(robbie)
  await socket.until(saying('the end'))
  expect(socket.contents()).toHaveLength(3)
  socket[Symbol.dispose]()
  const fresh = await eventQueue(robbie, wholeState)
  for (const [i, queue] of queues.entries()) {
    const events = await queue.rest(robbie.at[1 - i])
    expect(contractAvailable() ? events.flatMap(eventFaults) : []).toEqual([])
    expect(events.filter(({ type }) => type === 'message').map((event) => event['flags'])).toEqual([
      ['mentioned'],
      ['mentioned'],
      [],
    ])
    expect(events.map(({ type }) => type)).toEqual([
      'message',
      'message',
      'update_message',
      'reaction',
      'update_message',
      'update_message_flags',
      // The other one was unread.
      'update_message_flags',
      'delete_message',
      'message',
    ])
    expectSnapshotEqual(queue.state, events, fresh.state)
  }
  expect(contentsOf(await elsewhere.rest())).toEqual([])
})

test('what mentioned a bot before the channel was closed is not told after, nor read, and counts as read', async () => {
  const [robbie, { name, id }] = [await bot(), await channel()]
  const queues = await Promise.all(robbie.at.map((client) => eventQueue(client, wholeState)))
  const sent = await mention(robbie, name, 'while it is open')
  const knows = await eventQueue(robbie, wholeState)
  await close(id)
  for (const [i, client] of robbie.at.entries()) {
    const events = await queues[i]?.rest(client)
    expect(events?.map(({ type }) => type)).not.toContain('message')
    expect((await client.get(`/messages/${sent}`)).body).toMatchObject({ code: 'BAD_REQUEST' })
    const feed = await client.ok('GET', '/messages', { anchor: 'newest', num_before: 9, num_after: 0 })
    expect(feed['messages']).toEqual([])
  }
  await mention(robbie, name, 'in private')
  const closed = await eventQueue(robbie, wholeState)
  const events = await knows.rest()
  expect(events.map(({ type, op }) => [type, op])).toEqual([
    ['stream', 'delete'],
    ['update_message_flags', 'add'],
  ])
  expectSnapshotEqual(knows.state, events, closed.state)
  await close(id, false)
  expectSnapshotEqual(closed.state, await closed.rest(), (await eventQueue(robbie, wholeState)).state)
})

test('amid a burst that mentions it, a bot hears of nothing after the channel is closed until it is open again', async () => {
  const [robbie, { name, id }] = [await bot(), await channel()]
  const both = { event_types: ['message', 'stream'] }
  const sockets = await Promise.all(
    gateways.map(async (gateway, i) => {
      const { id: queueId, last: lastEventId } = await eventQueue(robbie.at[i] ?? robbie, both)
      return eventSocket({
        url: org.url,
        ca: network.ca,
        gateway,
        queueId,
        lastEventId,
        headers: basicHeader(robbie),
      })
    }),
  )
  const polls = robbie.at.map(async (client) => (await eventQueue(client, both)).until(saying('the end')))
  const late: Promise<unknown>[] = []
  for (let round = 0; round < 5; round++) {
    const asleep = await eventQueue(robbie, messages)
    const burst = Array.from({ length: 10 }, (_, i) => mention(robbie, name, `${round} burst ${i}`))
    await close(id)
    expect(await asleep.rest()).toEqual([])
    late.push(...burst, mention(robbie, name, `${round} late`))
    await late.at(-1)
    await close(id, false)
    await mention(robbie, name, `${round} back`)
  }
  await Promise.all(late)
  await end(robbie)
  const read = await Promise.all(polls)
  for (const socket of sockets) await socket.until(saying('the end'))
  for (const events of [...read, ...sockets.map((socket) => socket.events)]) {
    const outside: string[] = []
    let open = true
    for (const event of events) {
      if (event.type === 'stream' && (event.op === 'create' || event.op === 'delete'))
        open = event.op === 'create'
      if (!open) outside.push(...contentsOf([event]))
    }
    expect(outside).toEqual([])
    const contents = contentsOf(events)
    expect(contents.filter((content) => content.includes('late'))).toEqual([])
    expect(contents.filter((content) => content.includes('back'))).toHaveLength(5)
    expect(new Set(contents).size).toBe(contents.length)
  }
  for (const socket of sockets) socket[Symbol.dispose]()
})

test('a bot that becomes a guest or ends is told of no such message any more', async () => {
  const takings = [
    [400, 'BAD_EVENT_QUEUE_ID', ({ id }: Bot) => owner.ok('PATCH', `/bots/${id}`, { role: 600 })],
    [401, 'UNAUTHORIZED', ({ id }: Bot) => owner.ok('DELETE', `/bots/${id}`)],
  ] as const
  for (const [status, code, take] of takings) {
    const [robbie, { name }] = [await bot(), await channel()]
    const queues = await Promise.all(robbie.at.map((client) => eventQueue(client, messages)))
    const sent = await mention(robbie, name, 'before')
    await take(robbie)
    await mention(robbie, name, 'after')
    for (const [i, client] of robbie.at.entries()) {
      const { id, last } = queues[i] ?? { id: '', last: 0 }
      const answer = await client.get('/events', { queue_id: id, last_event_id: last, dont_block: true })
      expect([answer.status, answer.body['code']]).toEqual([status, code])
      expect((await client.get(`/messages/${sent}`)).status).toBe(status)
    }
  }
})
