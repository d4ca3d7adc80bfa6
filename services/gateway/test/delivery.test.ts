import {
  type Account,
  basicHeader,
  contentsOf,
  eventQueue,
  eventSocket,
  type Organisation,
  type QueueEvent,
  saying,
  type TestNetwork,
  testNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let people: Account[]
let clients: { readonly id: number; readonly at: readonly Account[] }[]

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
  org = await network.organisation()
  people = await Promise.all(Array.from({ length: 5 }, (_, i) => org.person(`Person ${i}`)))
  await org.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'Talk' }],
    principals: people.map((person) => person.id),
  })
  clients = people.map((person) => ({
    id: person.id,
    at: [1, 2].map((gateway) => atGateway(person, gateway)),
  }))
})
afterAll(() => network[Symbol.asyncDispose]())

const atGateway = ({ id, email, apiKey }: Account, gateway: number): Account => ({
  ...org.client({ email, apiKey, gateway }),
  id,
  email,
  apiKey,
})
const messages = { event_types: ['message'] }
const say = async (who: Account, content: string, more: Record<string, unknown> = {}): Promise<number> => {
  const fields = { type: 'channel', to: 'Talk', topic: 'order', content, ...more }
  return z.int().parse((await who.ok('POST', '/messages', fields))['id'])
}
const MessageId = z.looseObject({ message: z.looseObject({ id: z.int() }) })
const idsOf = (events: readonly QueueEvent[]): number[] =>
  events.map((event) => MessageId.parse(event).message.id)
const ascending = (ids: readonly number[]): number[] => ids.toSorted((a, b) => a - b)
const person = (i: number, gateway: 1 | 2 = 1): Account => {
  const client = clients[i]?.at[gateway - 1]
  if (!client) throw new Error('nobody')
  return client
}

test('fifty senders at once, two gateways, two instances: ids in the order of a log without a gap, each heard once', async () => {
  const queues = await Promise.all(people.map((one) => eventQueue(one, messages)))
  const sends = Array.from({ length: 50 }, (_, i) => say(person(i % 5, i % 2 ? 1 : 2), `many ${i}`))
  const ids = ascending(await Promise.all(sends))
  expect(new Set(ids).size).toBe(50)
  await network.settle()
  for (const [i, queue] of queues.entries()) expect(idsOf(await queue.rest(person(i, 2)))).toEqual(ids)
  const log = z
    .array(z.object({ seq: z.coerce.number(), id: z.int().nullable() }))
    .parse(
      await network.database.superuser(
        `SELECT seq, (body ->> 'message_id')::int AS id FROM events.log WHERE org_id = $1 ORDER BY seq`,
        [org.id],
      ),
    )
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1))
  expect(log.flatMap(({ id }) => id ?? [])).toEqual(ids)
})

test('a send that cannot be stored fails alone', async () => {
  await network.database.superuser(
    `ALTER TABLE messaging.messages ADD CONSTRAINT poisoned CHECK (content NOT LIKE '%poison%') NOT VALID`,
  )
  const queue = await eventQueue(person(0), messages)
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      person(i % 5).post('/messages', {
        type: 'channel',
        to: 'Talk',
        topic: 'order',
        content: i % 10 === 3 ? `poison ${i}` : `fine ${i}`,
      }),
    ),
  )
  await network.database.superuser('ALTER TABLE messaging.messages DROP CONSTRAINT poisoned')
  expect(answers.map(({ status }) => status)).toEqual(answers.map((_, i) => (i % 10 === 3 ? 500 : 200)))
  await network.settle()
  const sent = ascending(answers.flatMap(({ body }) => z.int().safeParse(body['id']).data ?? []))
  expect(idsOf(await queue.rest())).toEqual(sent)
})

test.each([
  ['killed', () => network.nats.kill()],
  ['wiped', () => network.nats.wipe()],
])('NATS %s while people write: polls and sockets get everything once, in order', async (_, stop) => {
  const polled = await eventQueue(person(0), messages)
  const socketed = await eventQueue(person(1), messages)
  using socket = await eventSocket({
    url: org.url,
    ca: network.ca,
    gateway: 2,
    queueId: socketed.id,
    lastEventId: socketed.last,
    headers: basicHeader(person(1)),
  })
  const reading = polled.until(saying('the end'))
  const ids: number[] = []
  const writing = async (who: Account, from: number): Promise<void> => {
    for (let i = 0; i < 12; i++) ids.push(await say(who, `${from} ${i}`))
  }
  const before = writing(person(2), 2)
  await stop()
  await writing(person(3, 2), 3)
  await before
  const during = writing(person(4), 4)
  await network.nats.start()
  await writing(person(3, 2), 5)
  await during
  ids.push(await say(person(2), 'the end'))
  const expected = ascending(ids)
  expect(idsOf(await reading)).toEqual(expected)
  await socket.until(saying('the end'))
  expect(idsOf(socket.events)).toEqual(expected)
  await network.settle()
  // And the stream holds it all again, for those who were not there.
  const behind = () =>
    network.database.superuser(
      'SELECT h.seq - p.seq AS events FROM events.head h JOIN events.published p USING (org_id) WHERE org_id = $1',
      [org.id],
    )
  await expect.poll(behind, { timeout: 30_000 }).toEqual([{ events: '0' }])
})

test('each queue renders as it asked, and only the sender’s queue gets its local id back', async () => {
  const [ada, bob] = [person(0), person(1)]
  const html = await eventQueue(ada, { ...messages, apply_markdown: true })
  const source = await eventQueue(ada, { ...messages, apply_markdown: false })
  const others = await eventQueue(bob, { ...messages, apply_markdown: true })
  await say(ada, '**bold**', { queue_id: html.id, local_id: '17.5' })
  await network.settle()
  const [[one], [two], [three]] = [await html.rest(), await source.rest(person(0, 2)), await others.rest()]
  expect(one).toMatchObject({ local_message_id: '17.5', message: { content_type: 'text/html' } })
  expect(contentsOf(one ? [one] : [])).toEqual(['<p><strong>bold</strong></p>'])
  expect(two).toMatchObject({ message: { content: '**bold**', content_type: 'text/x-markdown' } })
  expect(three).toMatchObject({ message: { content: '<p><strong>bold</strong></p>' } })
  for (const other of [two, three]) expect(other).not.toHaveProperty('local_message_id')
})

test('narrows, event types and acknowledged frames: a queue hands on exactly its own', async () => {
  const ada = person(0)
  const bob = people[1]?.id
  const direct = await eventQueue(ada, { ...messages, narrow: [['is', 'dm']] })
  const fromBob = await eventQueue(ada, { ...messages, narrow: [{ operator: 'sender', operand: bob }] })
  const notTea = await eventQueue(ada, {
    ...messages,
    narrow: [{ operator: 'topic', operand: 'tea', negated: true }],
  })
  const flags = await eventQueue(ada, { event_types: ['update_message_flags'] })
  const nothing = await eventQueue(ada, { event_types: [] })
  const id = await say(person(1), 'one', { topic: 'Tea' })
  await say(person(2), 'two')
  await person(2).ok('POST', '/messages', { type: 'direct', to: [ada.id], content: 'three' })
  await ada.ok('POST', '/messages/flags', { messages: [id], op: 'add', flag: 'read' })
  await network.settle()
  expect(contentsOf(await direct.rest())).toEqual(['three'])
  expect(contentsOf(await fromBob.rest(person(0, 2)))).toEqual(['one'])
  expect(contentsOf(await notTea.rest())).toEqual(['two', 'three'])
  expect(await flags.rest()).toMatchObject([{ type: 'update_message_flags', messages: [id] }])
  expect(await nothing.rest()).toEqual([])
})
