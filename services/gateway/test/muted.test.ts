import {
  type Account,
  contractAvailable,
  eventFaults,
  eventQueue,
  expectSnapshotEqual,
  type Organisation,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let ann: Account
let ben: Account
let cat: Account
let room: { readonly id: number; readonly name: string }
let made = 0

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 1, messaging: 2 } })
  org = await network.organisation()
  ann = await org.person('Ann')
  ben = await org.person('Ben')
  cat = await org.person('Cat')
  room = await channel(ann, ben, cat)
})
afterAll(() => network[Symbol.asyncDispose]())
afterEach(() => ann.delete(`/users/me/muted_users/${ben.id}`))

async function channel(...people: Account[]) {
  const name = `channel ${++made}`
  await org.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name }],
    principals: people.map(({ id }) => id),
    send_new_subscription_messages: false,
  })
  const found = await org.owner.ok('GET', '/get_stream_id', { stream: name })
  return { id: z.int().parse(found['stream_id']), name }
}
const say = async (who: Account, content = 'x', to: object = { type: 'channel', to: room.id, topic: 't' }) =>
  z.int().parse((await who.ok('POST', '/messages', { content, ...to }))['id'])
const mute = (who: Account, whom: Account) => who.ok('POST', `/users/me/muted_users/${whom.id}`)
const unmute = (who: Account, whom: Account) => who.ok('DELETE', `/users/me/muted_users/${whom.id}`)
const Flagged = z.object({ messages: z.array(z.object({ id: z.int(), flags: z.array(z.string()) })) })
const flagsOf = async (who: Account, ...ids: number[]) =>
  Flagged.parse(await who.ok('GET', '/messages', { message_ids: ids })).messages.map(({ flags }) => flags)
const Unread = z.object({ unread_msgs: z.object({ count: z.int() }) })
const unread = async (who: Account): Promise<number> =>
  Unread.parse(await who.ok('POST', '/register', { event_types: ['message', 'update_message_flags'] }))
    .unread_msgs.count
const Narrowed = z.object({ messages: z.array(z.object({ id: z.int() })), anchor: z.number() })
const narrowed = async (who: Account, narrow: object[], anchor = 'oldest') => {
  const asked = { narrow, anchor, num_before: 0, num_after: 100 }
  const { messages, anchor: found } = Narrowed.parse(await who.ok('GET', '/messages', asked))
  return { ids: messages.map(({ id }) => id), found }
}
const isUnread = [{ operator: 'is', operand: 'unread' }]

test('what somebody muted sends is read for who muted them: in events, history, narrows and snapshots, for nobody else', async () => {
  await ann.ok('POST', '/mark_all_as_read')
  await cat.ok('POST', '/mark_all_as_read')
  await mute(ann, ben)
  const queues = [await eventQueue(ann), await eventQueue(cat)]
  const mentions = `@**Ann|${ann.id}** and @**Cat|${cat.id}**`
  const inChannel = await say(ben, mentions)
  const direct = await say(ben, 'y', { type: 'direct', to: [ann.id, cat.id] })
  await network.settle()
  const [anns, cats] = await Promise.all(queues.map((queue) => queue.rest()))
  expect(contractAvailable() ? [...(anns ?? []), ...(cats ?? [])].flatMap(eventFaults) : []).toEqual([])
  expect(anns?.map(({ flags }) => flags)).toEqual([['read', 'mentioned'], ['read']])
  expect(cats?.map(({ flags }) => flags)).toEqual([['mentioned'], []])
  expect(await flagsOf(ann, inChannel, direct)).toEqual([['read', 'mentioned'], ['read']])
  expect(await flagsOf(cat, inChannel, direct)).toEqual([['mentioned'], []])
  expect([await unread(ann), await unread(cat)]).toEqual([0, 2])
  expect((await narrowed(ann, isUnread)).ids).toEqual([])
  expect((await narrowed(cat, isUnread)).ids).toEqual([inChannel, direct])
  expect((await narrowed(ann, [], 'first_unread')).found).toBe(10_000_000_000_000_000)
  for (const [i, who] of [ann, cat].entries())
    expectSnapshotEqual(queues[i]?.state ?? {}, (i === 0 ? anns : cats) ?? [], (await eventQueue(who)).state)
})

test('unmuting makes nothing unread, and what comes from then on is; what was read so can be marked as unread', async () => {
  await mute(ann, ben)
  const id = await say(ben)
  await unmute(ann, ben)
  const later = await say(ben)
  expect(await flagsOf(ann, id, later)).toEqual([['read'], []])
  await mute(ann, ben)
  await ann.ok('POST', '/messages/flags', { messages: [id], op: 'remove', flag: 'read' })
  expect(await flagsOf(ann, id, later)).toEqual([[], ['read']])
  expect(await unread(ann)).toBe(1)
  await ann.ok('POST', '/messages/flags', { messages: [id], op: 'add', flag: 'read' })
  expect(await unread(ann)).toBe(0)
})

test('whom one mutes has nothing unread any more: their messages, wherever, nobody else’s', async () => {
  for (const who of [ann, cat]) await who.ok('POST', '/mark_all_as_read')
  const other = await channel(ann, ben, cat)
  const toOther = { type: 'channel', to: other.id, topic: 'u' }
  const theirs = [await say(ben), await say(ben, 'x', toOther)]
  const kept = [await say(cat), await say(cat, 'x', toOther)]
  theirs.push(await say(ben, 'x', { type: 'direct', to: [ann.id] }))
  const queue = await eventQueue(ann)
  await mute(ann, ben)
  await network.settle()
  const events = await queue.rest()
  expect(contractAvailable() ? events.flatMap(eventFaults) : []).toEqual([])
  expect(events).toMatchObject([
    { type: 'muted_users', muted_users: [{ id: ben.id }] },
    { type: 'update_message_flags', op: 'add', flag: 'read', messages: theirs },
  ])
  expectSnapshotEqual(queue.state, events, (await eventQueue(ann)).state)
  expect((await narrowed(ann, isUnread)).ids).toEqual(kept)
  expect((await narrowed(cat, isUnread)).ids).toEqual([...theirs.slice(0, 2), ...kept])
  await unmute(ann, ben)
  expect((await narrowed(ann, isUnread)).ids).toEqual(kept)
})

test('what was sent while somebody was muting is either read by that or read from the start', async () => {
  await ann.ok('POST', '/mark_all_as_read')
  const said = Promise.all(Array.from({ length: 40 }, () => say(ben)))
  await mute(ann, ben)
  await said
  expect((await narrowed(ann, isUnread)).ids).toEqual([])
})

test('of what several people send at once, only what the muted one says is read', async () => {
  await mute(ann, ben)
  await ann.ok('POST', '/mark_all_as_read')
  const said = await Promise.all(
    [ben, cat, ben, ben, cat, cat, ben].map(async (who) => [who, await say(who)] as const),
  )
  const cats = said.flatMap(([who, id]) => (who === cat ? [id] : []))
  expect((await narrowed(ann, isUnread)).ids).toEqual(cats.toSorted((a, b) => a - b))
})

test('reading around what was read from the start leaves one range', async () => {
  const quiet = await channel(ann, ben, cat)
  await mute(ann, ben)
  const to = { type: 'channel', to: quiet.id, topic: 't' }
  for (const who of [cat, ben, cat, ben, ben, cat]) await say(who, 'x', to)
  await ann.ok('POST', '/mark_stream_as_read', { stream_id: quiet.id })
  const rows = await network.database.superuser(
    `SELECT s.ranges::text FROM messaging.read_state s JOIN messaging.recipients r USING (org_id, recipient_id)
      WHERE r.channel_id = $1 AND s.user_id = $2`,
    [quiet.id, ann.id],
  )
  expect(rows.map((row) => String(row['ranges']).split('),').length)).toEqual([1])
})
