import { type Account, eventQueue, type Organisation, testNetwork, type TestNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let owner: Account
let ann: Account
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
  org = await network.organisation()
  owner = org.owner
  ann = await org.person('Ann', { gateway: 2 })
  const subscriptions = [{ name: 'tea' }]
  await owner.ok('POST', '/users/me/subscriptions', { subscriptions, principals: [ann.id, owner.id] })
}, 60_000)
afterAll(() => network[Symbol.asyncDispose]())

const id = (answer: Record<string, unknown>): number => z.int().parse(answer['id'])
const send = async (content: string, topic = 'green', who = ann): Promise<number> =>
  id(await who.ok('POST', '/messages', { type: 'channel', to: 'tea', topic, content }))
const One = z.object({ raw_content: z.string(), message: z.object({ subject: z.string() }) })
const read = async (message: number) => {
  const {
    raw_content: content,
    message: { subject: topic },
  } = One.parse(await ann.ok('GET', `/messages/${message}`))
  return { content, topic }
}

test('an organisation wants shorter messages and topics: from the answer on, at every instance, whoever writes', async () => {
  const long = 'x'.repeat(150)
  await send(long)
  const queue = await eventQueue(ann, { event_types: ['realm'] })
  expect(queue.state).toMatchObject({ max_message_length: 10_000, max_topic_length: 60 })
  await owner.ok('PATCH', '/realm', { max_message_length: 100, max_topic_length: 10 })
  const content = `${'x'.repeat(80)}\n[message truncated]`
  for (const who of [ann, owner])
    expect(await read(await send(long, 'green leaves', who))).toEqual({ content, topic: 'green l...' })
  expect(await read(await send('x'.repeat(100), 'green leaf'))).toEqual({
    content: 'x'.repeat(100),
    topic: 'green leaf',
  })
  const message = await send('short')
  await ann.ok('PATCH', `/messages/${message}`, { content: long, topic: 'black leaves' })
  expect(await read(message)).toEqual({ content, topic: 'black l...' })
  expect(await ann.ok('POST', '/messages/render', { content: long })).toMatchObject({
    rendered: `<p>${'x'.repeat(80)}<br>\n[message truncated]</p>`,
  })
  const at = { scheduled_delivery_timestamp: 4_000_000_000 }
  await ann.ok('POST', '/scheduled_messages', { type: 'direct', to: [owner.id], content: long, ...at })
  expect(await ann.ok('GET', '/scheduled_messages')).toMatchObject({ scheduled_messages: [{ content }] })

  await network.settle()
  expect(await queue.rest()).toMatchObject([
    { op: 'update', property: 'max_message_length', value: 100 },
    { op: 'update', property: 'max_topic_length', value: 10 },
  ])
  const { state } = await eventQueue(ann, { event_types: ['realm'] })
  expect(state).toMatchObject({ max_message_length: 100, max_topic_length: 10 })
  expect(state).not.toHaveProperty('realm_max_message_length')
})

test('topics from before an organisation wanted shorter ones keep their names', async () => {
  await owner.ok('PATCH', '/realm', { max_topic_length: 60 })
  const [search, billing] = ['deployment of search', 'deployment of billing']
  const first = await send('one', search)
  const other = await send('two', billing)
  await owner.ok('PATCH', '/realm', { max_topic_length: 10 })
  await ann.ok('PATCH', `/messages/${first}`, { content: 'one, corrected', topic: search })
  expect(await read(first)).toEqual({ content: 'one, corrected', topic: search })
  expect(await read(await send('an answer', search))).toEqual({ content: 'an answer', topic: search })
  for (const [message, topic] of [
    [first, search],
    [other, billing],
  ] as const) {
    await owner.ok('PATCH', `/messages/${message}`, { topic: `✔ ${topic}`, propagate_mode: 'change_all' })
    expect(await read(message)).toMatchObject({ topic: `✔ ${topic}` })
  }
  // The server's word of it stands where the topic is.
  const narrow = [
    ['channel', 'tea'],
    ['topic', `✔ ${search}`],
  ]
  const page = { anchor: 'newest', num_before: 9, num_after: 0, narrow }
  const found = async () => (await ann.ok('GET', '/messages', page))['messages']
  await expect.poll(found).toHaveLength(3)
  await owner.ok('PATCH', `/messages/${first}`, { topic: search, propagate_mode: 'change_all' })
  expect(await read(first)).toMatchObject({ topic: search })
  expect(await read(await send('new', 'deployment of nothing'))).toMatchObject({ topic: 'deploym...' })
})

test('no organisation wants longer ones than the server, nor what holds nothing, and only administrators say it', async () => {
  for (const asked of [
    { max_message_length: 10_001 },
    { max_message_length: 99 },
    { max_topic_length: 61 },
    { max_topic_length: 9 },
  ])
    expect((await owner.patch('/realm', asked)).status).toBe(400)
  expect((await ann.patch('/realm', { max_message_length: 200 })).status).toBe(400)
})
