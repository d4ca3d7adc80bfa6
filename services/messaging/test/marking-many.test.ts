import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let open: Channel
let den: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  open = await here.channel({ name: 'open' })
  den = await here.channel({ name: 'den', private: true })
  await here.subscribe(open, ann, bob)
  await here.subscribe(den, ann, bob)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const say = async (to: Channel | number[], topic = 'tea', content = 'x'): Promise<number> =>
  z.object({ id: z.int() }).parse(
    await one.ask(ann, 'send-message', {
      content,
      ...('id' in to ? { type: 'channel', to: to.id, topic } : { type: 'direct', to }),
    }),
  ).id
const ask = (op: string, fields: Record<string, unknown> = {}, user = bob) =>
  outcome(one.ask(user, op, fields))
const Snapshot = z.object({
  unread_msgs: z.object({ count: z.int() }),
  starred_messages: z.array(z.int()),
})
const snapshot = async () => Snapshot.parse(await snapshotOf(one, bob))
const unread = async () => (await snapshot()).unread_msgs.count
const found = async (narrow: unknown, user = bob) =>
  z
    .object({ messages: z.array(z.object({ id: z.int() })) })
    .parse(await one.ask(user, 'get-messages', { narrow, anchor: 'oldest', num_before: 0, num_after: 100 }))
    .messages.map(({ id }) => id)

describe('reading much at once', () => {
  test('a topic, a channel, everything', async () => {
    await ask('mark-all-as-read')
    await say(open, 'one')
    await say(open, 'two')
    await say(den, 'one')
    await say([bob])
    expect(await unread()).toBe(4)
    const topic = await ask('mark-topic-as-read', { stream_id: open.id, topic_name: 'ONE' })
    expect(faultsOf('POST', '/mark_topic_as_read', topic)).toEqual([])
    expect(await unread()).toBe(3)
    const channel = await ask('mark-stream-as-read', { stream_id: open.id })
    expect(faultsOf('POST', '/mark_stream_as_read', channel)).toEqual([])
    expect(await unread()).toBe(2)
    const all = await ask('mark-all-as-read')
    expect(all).toEqual({ complete: true })
    expect(faultsOf('POST', '/mark_all_as_read', all)).toEqual([])
    expect(await unread()).toBe(0)
  })

  test('what is not there or not known answers the same', async () => {
    const cid = await here.user()
    const invalid = { code: 'BAD_REQUEST', msg: 'Invalid channel ID' }
    for (const stream_id of [den.id, 987_654]) {
      expect(await ask('mark-stream-as-read', { stream_id }, cid)).toEqual(invalid)
      expect(await ask('mark-topic-as-read', { stream_id, topic_name: 'one' }, cid)).toEqual(invalid)
    }
    expect(await ask('mark-topic-as-read', { stream_id: den.id, topic_name: 'none' })).toEqual({
      code: 'BAD_REQUEST',
      msg: 'No such topic',
    })
  })
})

describe('marks in a narrow', () => {
  const inTopic = (topic: string) => [
    ['channel', open.id],
    ['topic', topic],
  ]
  const marking = (topic: string, more: Record<string, unknown>) =>
    ask('update-message-flags-for-narrow', {
      anchor: 'oldest',
      num_before: 0,
      num_after: 10,
      narrow: inTopic(topic),
      op: 'add',
      flag: 'starred',
      ...more,
    })

  test('are set around an anchor, and said how far', async () => {
    const ids = [await say(open, 'stars'), await say(open, 'stars'), await say(open, 'stars')]
    const answer = await marking('stars', { num_after: 2 })
    expect(answer).toEqual({
      processed_count: 2,
      updated_count: 2,
      first_processed_id: ids[0],
      last_processed_id: ids[1],
      found_oldest: true,
      found_newest: false,
      ignored_because_not_subscribed_channels: [],
    })
    expect(faultsOf('POST', '/messages/flags/narrow', answer)).toEqual([])
    expect((await snapshot()).starred_messages).toEqual(ids.slice(0, 2))
    expect(await marking('stars', {})).toMatchObject({
      processed_count: 3,
      updated_count: 1,
      found_newest: true,
    })
    expect(
      await marking('stars', { anchor: 'newest', num_before: 1, num_after: 0, op: 'remove' }),
    ).toMatchObject({
      updated_count: 1,
      first_processed_id: ids[2],
      found_oldest: false,
    })
    expect(await marking('empty', {})).toMatchObject({ processed_count: 0, first_processed_id: null })
  })

  test('around a date, which has to be there', async () => {
    const ids = [await say(open, 'dated'), await say(open, 'dated')]
    const dated = (anchor_date: string, more = {}) =>
      marking('dated', { anchor: 'date', anchor_date, num_after: 0, ...more })
    expect(await dated('2001-01-01')).toMatchObject({ processed_count: 1, first_processed_id: ids[0] })
    expect(await dated('9999-01-01', { num_before: 1 })).toMatchObject({
      processed_count: 1,
      first_processed_id: ids[1],
      found_newest: true,
    })
    expect(await marking('dated', { anchor: 'date' })).toMatchObject({ code: 'REQUEST_VARIABLE_MISSING' })
  })

  test('at the first unread', async () => {
    const ids = [await say(open, 'reading'), await say(open, 'reading')]
    const read = { anchor: 'first_unread', num_before: 0, num_after: 0, flag: 'read' }
    expect(await marking('reading', read)).toMatchObject({ updated_count: 1, last_processed_id: ids[0] })
    expect(await marking('reading', read)).toMatchObject({ updated_count: 1, last_processed_id: ids[1] })
    expect(await marking('reading', read)).toMatchObject({ processed_count: 0 })
  })

  test('are refused as other marks are', async () => {
    expect(await marking('stars', { flag: 'mentioned' })).toMatchObject({
      msg: "Flag not editable: 'mentioned'",
    })
    expect(await marking('stars', { num_before: 5_000 })).toMatchObject({ code: 'BAD_REQUEST' })
  })
})

describe('the conversation of a message', () => {
  test('is where it stands now', async () => {
    const id = await say(open, 'before')
    const path = { path: { message_id: String(id) } }
    await one.ask(ann, 'update-message', { topic: 'after' }, path)
    const narrow = [
      ['channel', open.id],
      ['topic', 'before'],
      ['with', id],
    ]
    expect(await found(narrow)).toEqual([id])
    const direct = await say([bob])
    expect(await found([['with', direct]])).toContain(direct)
    expect(await found([['with', direct], { operator: 'sender', operand: bob }])).toEqual([])
  })

  test('of who may not read it is what the narrow says beside it', async () => {
    const cid = await here.user()
    const id = await say(den, 'tea')
    const other = await say(open, 'shown')
    for (const hidden of [id, 987_654]) {
      expect(
        await ask(
          'get-messages',
          { narrow: [['with', hidden]], anchor: '0', num_before: 0, num_after: 1 },
          cid,
        ),
      ).toMatchObject({ code: 'BAD_NARROW' })
      const narrow = [
        ['channel', open.id],
        ['topic', 'shown'],
        ['with', hidden],
      ]
      expect(await found(narrow, cid)).toEqual([other])
    }
  })
})

test('which of some messages a narrow holds', async () => {
  const [yes, no] = [await say(open, 'match', '**b**'), await say(open, 'other')]
  const hidden = await say([ann])
  const answer = await ask('check-messages-match-narrow', {
    msg_ids: [yes, no, hidden],
    narrow: [['topic', 'match']],
  })
  expect(answer).toEqual({
    messages: { [yes]: { match_content: '<p><strong>b</strong></p>', match_subject: 'match' } },
  })
  expect(faultsOf('GET', '/messages/matches_narrow', answer)).toEqual([])
})

test.each([
  [[['has', 'nothing']]],
  [[['channels', 'mine']]],
  [[['dm-including', [1, 2]]]],
  [[{ operator: 'with', operand: 1, negated: true }]],
  [[['search', 7]]],
  [[['searches', 'x']]],
  [
    [
      ['channels', 'public'],
      ['is', 'dm'],
    ],
  ],
])('%j is no narrow', async (narrow) => {
  expect(await ask('get-messages', { narrow, anchor: 'newest', num_before: 1, num_after: 0 })).toMatchObject({
    code: 'BAD_NARROW',
  })
})
