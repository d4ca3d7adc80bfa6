import { role } from '@parley/access'
import {
  type Account,
  contentsOf,
  contractAvailable,
  eventFaults,
  eventQueue,
  expectSnapshotEqual,
  type Fields,
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
let ben: Account
let cat: Account
let made = 0

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  org = await network.organisation()
  owner = org.owner
  ann = await org.person('Ann')
  ben = await org.person('Ben')
  cat = await org.person('Cat')
})
afterAll(() => network[Symbol.asyncDispose]())

interface Channel {
  readonly id: number
  readonly name: string
}
const channel = async (isPrivate: boolean, ...people: Account[]): Promise<Channel> => {
  const name = `channel ${++made}`
  await owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name }],
    principals: [owner.id, ...people.map(({ id }) => id)],
    invite_only: isPrivate,
    history_public_to_subscribers: true,
  })
  const found = await owner.ok('GET', '/get_stream_id', { stream: name })
  return { id: z.int().parse(found['stream_id']), name }
}
const say = async (to: Channel, content: string, topic = 'tea'): Promise<number> =>
  z.int().parse((await owner.ok('POST', '/messages', { type: 'channel', to: to.id, topic, content }))['id'])
const move = (id: number, to: Channel, more: Fields = {}) =>
  owner.ok('PATCH', `/messages/${id}`, { stream_id: to.id, send_notification_to_new_thread: false, ...more })
const remove = (who: Account, from: Channel) =>
  owner.ok('DELETE', '/users/me/subscriptions', { subscriptions: [from.name], principals: [who.id] })
const wanted = { client_capabilities: { bulk_message_deletion: true, empty_topic_name: true } }
const types = (events: readonly QueueEvent[]): string[] =>
  events.map(({ type }) => type).filter((type) => type !== 'update_message_flags')
const wholly = (events: readonly QueueEvent[]): readonly QueueEvent[] => {
  if (contractAvailable()) expect(events.flatMap(eventFaults)).toEqual([])
  return events
}
/** At a gateway that has the queue's events in memory, and at one that reads them in the log. */
const gateways = async (who: Account, fields: Fields = wanted) => {
  const [near, far] = [await eventQueue(who, fields), await eventQueue(who, fields)]
  const there = org.client({ email: who.email, apiKey: who.apiKey, gateway: 2 })
  return {
    async rest(): Promise<QueueEvent[]> {
      const [memory, log] = [await near.rest(), await far.rest(there)]
      wholly(memory)
      expect(log).toEqual(memory)
      return memory
    },
  }
}

test('AC-06 who could read and cannot is told that it is gone, who could not and can that it came, who goes on that it moved', async () => {
  const [from, to] = [await channel(false, ann, ben), await channel(true, ann, cat)]
  const queues = await Promise.all([ann, ben, cat].map((who) => eventQueue(who, wanted)))
  const id = await say(from, 'here')
  await network.settle()
  for (const queue of queues) await queue.rest()
  await move(id, to, { topic: 'coffee' })
  const [carried, gone, came] = await Promise.all(queues.map((queue) => queue.rest()))
  for (const events of [carried, gone, came]) wholly(events ?? [])
  expect(carried).toMatchObject([
    {
      type: 'update_message',
      stream_id: from.id,
      new_stream_id: to.id,
      orig_subject: 'tea',
      subject: 'coffee',
    },
  ])
  expect(types(gone ?? [])).toEqual(['delete_message'])
  expect(gone).toContainEqual(
    expect.objectContaining({ type: 'delete_message', message_ids: [id], stream_id: from.id, topic: 'tea' }),
  )
  expect(came).toMatchObject([
    {
      type: 'message',
      flags: ['read'],
      message: { id, content: 'here', stream_id: to.id, subject: 'coffee' },
    },
  ])
})

test('a queue from before gives nothing of what went where its reader may not read, however it went there', async () => {
  const [a, b, c] = [await channel(true, ann), await channel(true, ann), await channel(true)]
  const queue = await gateways(ann)
  const [once, twice, stays] = [await say(a, 'once'), await say(a, 'twice'), await say(a, 'stays')]
  await owner.ok('PATCH', `/messages/${once}`, { content: 'once changed' })
  await owner.ok('POST', `/messages/${once}/reactions`, { emoji_name: 'tada' })
  await move(once, c)
  await move(twice, b)
  await move(twice, c)
  await network.settle()
  const events = await queue.rest()
  expect(contentsOf(events)).toEqual(['stays'])
  expect(JSON.stringify(events)).not.toMatch(/once|twice|tada/)
  expect(stays).toBeGreaterThan(twice)
})

test('a queue from before gives nothing of what its reader could read where it went, and cannot any more', async () => {
  const [a, b] = [await channel(true, ann), await channel(true, ann)]
  const queue = await gateways(ann)
  await move(await say(a, 'carried'), b)
  await move(await say(b, 'back'), a)
  await remove(ann, b)
  await network.settle()
  const events = await queue.rest()
  expect(contentsOf(events)).toEqual(['back'])
  expect(JSON.stringify(events)).not.toContain('carried')
})

test('what was deleted where its reader may not read is as far away', async () => {
  const [a, b] = [await channel(true, ann), await channel(true)]
  const queue = await gateways(ann)
  const id = await say(a, 'deleted there')
  await move(id, b)
  await owner.ok('DELETE', `/messages/${id}`)
  await network.settle()
  expect(contentsOf(await queue.rest())).toEqual([])
})

test('queues of all public channels, also narrowed ones, hear of moves into and out of them, and hold nothing back', async () => {
  const [open, other, secret] = [await channel(false), await channel(false), await channel(true)]
  const all = { ...wanted, all_public_streams: true }
  const live = await eventQueue(cat, all)
  const held = await gateways(cat, all)
  const narrowed = await gateways(cat, { ...all, narrow: [['channel', other.name]] })
  const [across, out] = [await say(open, 'across'), await say(open, 'out')]
  await network.settle()
  await live.rest()
  await move(across, other)
  await move(out, secret)
  await network.settle()
  expect(types(wholly(await live.rest()))).toEqual(['update_message', 'delete_message'])
  expect(contentsOf(await held.rest())).toEqual(['across'])
  await narrowed.rest()
  await move(out, other)
  await network.settle()
  expect(contentsOf(wholly(await live.rest()))).toEqual(['out'])
  expect(contentsOf(await narrowed.rest())).toEqual(['out'])
})

test('a queue of all public channels has a message of one of them once, whatever channel of its reader it goes to', async () => {
  const [open, other, secret] = [await channel(false), await channel(false, cat), await channel(true, cat)]
  const all = { ...wanted, all_public_streams: true }
  const [live, own] = [await eventQueue(cat, all), await eventQueue(cat, wanted)]
  const held = await gateways(cat, all)
  const [across, in_] = [await say(open, 'across'), await say(open, 'in')]
  await network.settle()
  expect(contentsOf(await live.rest())).toEqual(['across', 'in'])
  await move(across, other)
  await move(in_, secret)
  await network.settle()
  expect(wholly(await live.rest()).filter(({ type }) => type !== 'update_message_flags')).toMatchObject([
    { type: 'update_message', message_ids: [across], new_stream_id: other.id },
    { type: 'update_message', message_ids: [in_], new_stream_id: secret.id },
  ])
  expect(contentsOf(wholly(await own.rest()))).toEqual(['across', 'in'])
  expect(contentsOf(await held.rest())).toEqual(['across', 'in'])
})

test('what is set for a topic while it is renamed is set before or after that, and every queue knows which', async () => {
  const room = await channel(false, ann)
  const id = await say(room, 'x', 'tea 0')
  const queue = await eventQueue(ann, wanted)
  for (let n = 0; n < 12; n++) {
    const wish = { stream_id: room.id, topic: `tea ${n}`, visibility_policy: 1 + (n % 3) }
    await Promise.all([
      ann.ok('POST', '/user_topics', wish),
      owner.ok('PATCH', `/messages/${id}`, { topic: `tea ${n + 1}`, propagate_mode: 'change_all' }),
    ])
  }
  await network.settle()
  const events = await queue.rest()
  wholly(events)
  expectSnapshotEqual(queue.state, events, (await eventQueue(ann, wanted)).state)
})

test('guests see as senders of what comes to them only whom they see', async () => {
  const gus = await org.person('Gus')
  await owner.ok('PATCH', `/users/${gus.id}`, { role: role.guest })
  const eve = await org.person('Eve')
  const [from, to] = [await channel(true, eve), await channel(true, gus)]
  await owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 3 } })
  const hers = await eve.ok('POST', '/messages', {
    type: 'channel',
    to: from.id,
    topic: 't',
    content: 'by Eve',
  })
  const queue = await eventQueue(gus, wanted)
  await move(z.int().parse(hers['id']), to)
  await network.settle()
  const events = wholly(await queue.rest())
  expect(contentsOf(events)).toEqual(['by Eve'])
  expect(JSON.stringify(events)).not.toMatch(/"Eve"|eve@/)
  await owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 2 } })
})

test('a queue that takes one deletion at a time is told of each', async () => {
  const [from, to] = [await channel(true, ben), await channel(true)]
  const [first, second] = [await say(from, 'a'), await say(from, 'b')]
  const queue = await eventQueue(ben, {})
  await move(second, to, { propagate_mode: 'change_all' })
  await network.settle()
  const gone = wholly(await queue.rest()).filter(({ type }) => type === 'delete_message')
  expect(gone).toMatchObject([{ message_id: first }, { message_id: second }])
})

test('who comes into a public channel and leaves it as a private one while away learns that it is gone', async () => {
  const hall = await channel(false, ann)
  const queue = await gateways(ben)
  await ben.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: hall.name }] })
  await owner.ok('PATCH', `/streams/${hall.id}`, { is_private: true })
  await remove(ben, hall)
  const events = await queue.rest()
  expect(events.filter(({ type }) => type === 'stream')).toMatchObject([
    { op: 'delete', stream_ids: [hall.id] },
  ])
  expect(JSON.stringify(events)).not.toContain(hall.name)
  expect(events.filter(({ type }) => type === 'subscription')).toEqual([])
})
