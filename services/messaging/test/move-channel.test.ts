import { EditEntry, FetchedMessage, HistoryEntry } from '@parley/api'
import { role } from '@parley/access'
import { declarations, hold } from '@parley/events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let cid: number
let mod: number
let guest: number

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  cid = await here.user({ name: 'Cid' })
  mod = await here.user({ name: 'Mod', role: role.moderator })
  guest = await here.user({ name: 'Gus', role: role.guest })
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const channel = async (options: Parameters<World['channel']>[0], ...users: number[]): Promise<Channel> => {
  const made = await here.channel(options)
  await here.subscribe(made, ...users)
  return made
}
const say = async (user: number, to: Channel, content = 'x', topic = 'tea'): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await one.ask(user, 'send-message', { content, type: 'channel', to: to.id, topic })).id
const path = (id: number) => ({ path: { message_id: String(id) } })
const edit = (user: number, id: number, fields: Record<string, unknown>) =>
  outcome(one.ask(user, 'update-message', fields, path(id)))
const messageOf = async (user: number, id: number): Promise<FetchedMessage | null> => {
  const answer = await outcome(one.ask(user, 'get-message', {}, path(id)))
  const found = z.object({ message: FetchedMessage }).safeParse(answer)
  if (!found.success) expect(answer).toEqual(refused('Invalid message(s)'))
  return found.success ? found.data.message : null
}
const feedOf = async (user: number, narrow: unknown[] = []): Promise<number[]> => {
  const asked = { narrow, anchor: 'newest', num_before: 100, num_after: 0 }
  const { messages } = z
    .object({ messages: z.array(FetchedMessage) })
    .parse(await one.ask(user, 'get-messages', asked))
  return messages.map(({ id }) => id)
}
const Snapshot = z.object({
  unread_msgs: z.object({
    mentions: z.array(z.int()),
    streams: z.array(
      z.object({ stream_id: z.int(), topic: z.string(), unread_message_ids: z.array(z.int()) }),
    ),
  }),
  starred_messages: z.array(z.int()),
})
const register = async (user: number) => Snapshot.parse(await snapshotOf(one, user))
const unreadOf = async (user: number, id: number) =>
  (await register(user)).unread_msgs.streams
    .filter(({ unread_message_ids: ids }) => ids.includes(id))
    .map(({ stream_id, topic }) => [stream_id, topic])
const Log = z.object({
  type: z.string(),
  body: z.looseObject({}),
  user_ids: z.array(z.int()),
  channel_id: z.int().nullable(),
})
const lastSeq = async (): Promise<number> =>
  z
    .object({ seq: z.coerce.number() })
    .parse((await here.test.superuser('SELECT seq FROM events.head WHERE org_id = $1', [here.org]))[0]).seq
const eventsAfter = async (seq: number) =>
  z
    .array(Log)
    .parse(
      await here.test.superuser(
        'SELECT type, body, user_ids, channel_id FROM events.log WHERE org_id = $1 AND seq > $2 ORDER BY seq',
        [here.org, seq],
      ),
    )
/** Moves, and says who was told what. */
async function move(user: number, id: number, to: Channel, more: Record<string, unknown> = {}) {
  const before = await lastSeq()
  expect(await edit(user, id, { stream_id: to.id, ...more })).toEqual(done)
  const events = await eventsAfter(before)
  for (const { type, body } of events)
    expect(declarations.find((d) => d.type === type)?.body.safeParse(body).success).toBe(true)
  const told = (type: string) => events.filter((event) => event.type === type)
  return { events, told, to: (type: string) => told(type).flatMap(({ user_ids: users }) => users) }
}
const refused = (msg: string) => ({ code: 'BAD_REQUEST', msg })
const done = { detached_uploads: [] }
const sorted = (...numbers: number[]): number[] => numbers.sort((a, b) => a - b)
const older = (id: number, seconds: number) =>
  here.test.superuser(
    'UPDATE messaging.messages SET sent_at = sent_at - make_interval(secs => $3) WHERE org_id = $1 AND message_id = $2',
    [here.org, id, seconds],
  )
const rowsOf = async (user: number, id: number): Promise<number> => {
  const rows = await here.test.superuser(
    `SELECT 1 FROM messaging.user_flags WHERE org_id = $1 AND user_id = $2 AND message_id = $3
     UNION ALL SELECT 1 FROM messaging.received WHERE org_id = $1 AND user_id = $2 AND ranges @> $3::bigint
       AND recipient_id = (SELECT recipient_id FROM messaging.messages WHERE org_id = $1 AND message_id = $3)`,
    [here.org, user, id],
  )
  return rows.length
}

test('AC-06 a message goes with its rights, marks and history to who may read there, and is gone for the others', async () => {
  const [open, secret] = [
    await channel({}, ann, bob, cid, guest),
    await channel({ private: true }, ann, bob, mod),
  ]
  const id = await say(ann, open, `first @**|${cid}** @**|${bob}**`)
  await edit(ann, id, { content: `second @**|${cid}** @**|${bob}**` })
  for (const user of [bob, cid])
    await one.ask(user, 'update-message-flags', { messages: [id], op: 'add', flag: 'starred' })
  await one.ask(cid, 'add-reaction', { emoji_name: 'tada' }, path(id))
  const told = await move(ann, id, secret)
  expect(faultsOf('PATCH', '/messages/{message_id}', done)).toEqual([])

  const message = await messageOf(bob, id)
  expect(message).toMatchObject({ stream_id: secret.id, subject: 'tea', flags: ['starred', 'mentioned'] })
  expect(z.array(EditEntry).parse(message?.edit_history)).toMatchObject([
    { user_id: ann, prev_stream: open.id, stream: secret.id },
    { prev_content: `first @**|${cid}** @**|${bob}**` },
  ])
  const History = z.object({ message_history: z.array(HistoryEntry) })
  const history = History.parse(await one.ask(bob, 'get-message-history', {}, path(id)))
  expect(history.message_history.at(-1)).toMatchObject({ prev_stream: open.id, stream: secret.id })
  expect(await unreadOf(bob, id)).toEqual([[secret.id, 'tea']])
  expect((await register(bob)).unread_msgs.mentions).toContain(id)

  for (const lost of [cid, guest]) {
    expect(await messageOf(lost, id)).toBeNull()
    expect(await rowsOf(lost, id)).toBe(0)
    expect(await unreadOf(lost, id)).toEqual([])
    expect(await feedOf(lost)).not.toContain(id)
    expect(await feedOf(lost, [['search', 'second']])).not.toContain(id)
    expect(await feedOf(lost, [['channel', open.id]])).not.toContain(id)
    for (const op of ['get-message-history', 'get-read-receipts'])
      expect(await outcome(one.ask(lost, op, {}, path(id)))).toEqual(refused('Invalid message(s)'))
  }
  expect((await register(cid)).starred_messages).not.toContain(id)
  expect(await feedOf(bob, [['search', 'second']])).toContain(id)

  // Who could not read it before has it, read.
  expect(await messageOf(mod, id)).toMatchObject({ flags: ['read'], reactions: [{ emoji_name: 'tada' }] })
  expect(await feedOf(mod)).toContain(id)
  expect(await unreadOf(mod, id)).toEqual([])
  expect(told.to('messages.withdrawn')).toEqual(sorted(cid, guest))
  // For whom it is new may have had it, where they follow all public channels.
  expect(told.told('message.carried').map(({ user_ids: users, body }) => [users, body['following']])).toEqual(
    [
      [sorted(ann, bob), null],
      [[mod], true],
    ],
  )
  expect(told.to('message.appeared')).toEqual([mod])
  // A gateway of the version before drops it without.
  expect(told.told('message.appeared')).toMatchObject([{ body: { gravatar: false } }])
  expect(told.told('message.appeared')[0]?.body).toMatchObject({
    content: `second @**|${cid}** @**|${bob}**`,
    reactions: [{ emoji_name: 'tada', user_id: cid }],
    flags: { usual: ['read'], others: [] },
  })
  expect(told.told('message.carried')[0]?.body).toMatchObject({
    stream_id: open.id,
    new_stream_id: secret.id,
    topic: { before: 'tea', after: 'tea', propagate_mode: 'change_one' },
    flags: {
      others: expect.arrayContaining([{ flags: ['starred', 'mentioned'], user_ids: [bob] }]) as unknown,
    },
  })
  // Marks are taken back by name.
  expect(
    told.told('flags.changed').map(({ body, user_ids }) => [body['op'], body['flag'], user_ids]),
  ).toEqual([
    ['add', 'read', sorted(cid, guest)],
    ['remove', 'starred', [cid]],
  ])
})

describe('how much', () => {
  test.each([
    ['change_one', [false, true, false]],
    ['change_later', [false, true, true]],
    ['change_all', [true, true, true]],
  ] as const)('%s', async (propagate_mode, moved) => {
    const [open, other] = [await channel({}, ann, bob), await channel({}, ann, bob)]
    const ids = [await say(ann, open, 'a'), await say(bob, open, 'b', 'TEA'), await say(ann, open, 'c')]
    await say(ann, open, 'd', 'coffee')
    const told = await move(ann, ids[1] ?? 0, other, { propagate_mode, topic: 'cake' })
    const where = await Promise.all(ids.map(async (id) => (await messageOf(bob, id))?.stream_id === other.id))
    expect(where).toEqual(moved)
    expect(await messageOf(bob, ids[1] ?? 0)).toMatchObject({
      subject: 'cake',
      edit_history: [{ prev_topic: 'TEA', topic: 'cake', prev_stream: open.id, stream: other.id }],
    })
    expect(told.told('message.carried')[0]?.body).toMatchObject({
      message_ids: ids.filter((_, i) => moved[i]),
      topic: { before: 'TEA', after: 'cake' },
    })
    const topics = z.object({ topics: z.array(z.object({ name: z.string() })) })
    const asked = { path: { stream_id: String(other.id) } }
    expect(
      topics.parse(await one.ask(bob, 'get-stream-topics', {}, asked)).topics.map(({ name }) => name),
    ).toEqual(['cake'])
  })

  test('only what the mover may read goes', async () => {
    const [secret, other] = [await channel({ protected: true }, ann), await channel({}, ann, bob)]
    const early = await say(ann, secret)
    await here.subscribe(secret, bob)
    const late = await say(ann, secret)
    await move(bob, late, other, { propagate_mode: 'change_all' })
    expect((await messageOf(ann, early))?.stream_id).toBe(secret.id)
    expect((await messageOf(ann, late))?.stream_id).toBe(other.id)
  })

  test('is held against how old messages are, but for moderators', async () => {
    const [open, other] = [await channel({}, ann, mod), await channel({}, ann, mod)]
    const [first, second, third] = [await say(ann, open), await say(ann, open), await say(ann, open)]
    await older(first, 604_821)
    const all = { stream_id: other.id, propagate_mode: 'change_all' }
    expect(await edit(ann, first, { stream_id: other.id })).toEqual(
      refused("The time limit for editing this message's channel has passed."),
    )
    expect(await edit(ann, third, all)).toEqual({
      code: 'MOVE_MESSAGES_TIME_LIMIT_EXCEEDED',
      msg: 'You only have permission to move the 2/3 most recent messages in this topic.',
      first_message_id_allowed_to_move: second,
      total_messages_in_topic: 3,
      total_messages_allowed_to_move: 2,
    })
    expect(await edit(mod, third, all)).toEqual(done)
  })

  test('people times messages is bounded, before anything is written', async () => {
    const [open, other] = [await channel({}, ann), await channel({}, ann)]
    const id = await say(ann, open)
    await here.test.superuser(
      `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at, sender_read)
       SELECT m.org_id, nextval('messaging.message_ids'), m.recipient_id, m.sender_id, m.topic, 'x', 'x', 'x', m.sent_at, true
       FROM messaging.messages m, generate_series(1, 4999) WHERE m.org_id = $1 AND m.message_id = $2`,
      [here.org, id],
    )
    await here.test.superuser(
      `WITH made AS (INSERT INTO auth.users (org_id, user_id, email, delivery_email, full_name, role, date_joined)
         SELECT $1, u, 'c' || u || '@x.org', 'c' || u || '@x.org', 'C', 400, now()
         FROM (SELECT nextval('auth.user_ids')::integer AS u FROM generate_series(1, 200)) AS ids RETURNING user_id)
       INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
       SELECT $1, $2, user_id, '#aabbcc', now() FROM made`,
      [here.org, other.id],
    )
    const before = await lastSeq()
    const all = { stream_id: other.id, propagate_mode: 'change_all' }
    expect(await edit(ann, id, all)).toEqual(
      refused('Too many people and messages to move at once: move fewer messages'),
    )
    expect([(await messageOf(ann, id))?.stream_id, await lastSeq()]).toEqual([open.id, before])
    expect(await edit(ann, id, { stream_id: other.id })).toEqual(done)
  })

  test('so is what is told anew, of all messages and of one', async () => {
    const [open, other] = [await channel({}, ann), await channel({}, ann, bob)]
    const [long, busy] = [await say(ann, open), await say(ann, open)]
    await here.test.superuser(
      `UPDATE messaging.messages SET rendered = repeat('x', 8000000) WHERE org_id = $1 AND message_id = $2`,
      [here.org, long],
    )
    await here.test.superuser(
      `INSERT INTO messaging.reactions (org_id, message_id, user_id, reaction_type, emoji_code, emoji_name)
       SELECT $1, $2, n, 'unicode_emoji', '1f419', 'octopus' FROM generate_series(1, 3400) AS n`,
      [here.org, busy],
    )
    const before = await lastSeq()
    expect(await edit(ann, long, { stream_id: other.id })).toEqual(
      refused('Too much text to move at once: move fewer messages'),
    )
    expect(await edit(ann, busy, { stream_id: other.id })).toEqual(
      refused('A message with so many reactions cannot be moved there'),
    )
    expect(await lastSeq()).toBe(before)
  })
})

test('nothing moves while a gateway answers that would not follow it', async () => {
  const [open, other] = [await channel({}, ann), await channel({}, ann)]
  const id = await say(ann, open)
  const lease = (name: string) =>
    here.test.superuser(
      `INSERT INTO gateway.leases (gateway_id, epoch, expires_at) VALUES ($1, 1, now() + interval '1 hour')`,
      [name],
    )
  await lease('new-1-moves')
  await lease('old-1')
  const before = await lastSeq()
  expect(await edit(ann, id, { stream_id: other.id })).toMatchObject({ code: 'UNAVAILABLE' })
  expect([(await messageOf(ann, id))?.stream_id, await lastSeq()]).toEqual([open.id, before])
  expect(await edit(ann, id, { topic: 'cake' })).toEqual(done)
  await here.test.superuser(`DELETE FROM gateway.leases WHERE gateway_id = 'old-1'`)
  expect(await edit(ann, id, { stream_id: other.id })).toEqual(done)
  // From then on none that would not follow comes back.
  const take = (name: string) => here.test.superuser(`SELECT gateway.take_lease($1, '1 hour')`, [name])
  await expect(take('old-1')).rejects.toThrow('would give out moved messages')
  await take('new-2-moves')
})

test('what is marked as read while it moves is read where it goes', async () => {
  const [open, other] = [await channel({}, ann, bob), await channel({}, ann, bob)]
  const id = await say(ann, open)
  const waiting = () =>
    here.test.superuser(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
  // Both are decided, and wait for the head one behind the other.
  const both = await one.ctx.database.write(here.org, async (tx) => {
    await hold(tx, null)
    const moving = edit(ann, id, { stream_id: other.id })
    await expect.poll(waiting).toHaveLength(1)
    const marking = one.ask(bob, 'update-message-flags', { op: 'add', flag: 'read', messages: [id] })
    await expect.poll(waiting).toHaveLength(2)
    return [moving, marking]
  })
  expect(await Promise.all(both)).toMatchObject([done, {}])
  const Flags = z.object({ message: z.object({ flags: z.array(z.string()) }) })
  const seen = await one.ask(bob, 'get-message', {}, { path: { message_id: String(id) } })
  expect(Flags.parse(seen).message.flags).toContain('read')
})

describe('where to', () => {
  test('a target that may not be read and one that is not there answer alike, whatever else is asked', async () => {
    const open = await channel({}, ann, bob, guest)
    const secret = await channel({ private: true }, bob)
    const gone = await channel({}, ann)
    await here.archive(gone)
    const admin = await here.user({ role: role.admin })
    const id = await say(ann, open)
    for (const user of [ann, guest, admin])
      for (const more of [
        {},
        { content: 'y' },
        { topic: '✔ ' },
        { propagate_mode: 'change_all', content: '' },
      ])
        for (const target of [secret.id, gone.id, 987_654, 2_147_483_647])
          expect(await edit(user, id, { stream_id: target, ...more })).toEqual(refused('Invalid channel ID'))
    // A guest does not read public channels that it is not in.
    expect(await edit(guest, id, { stream_id: (await channel({}, ann)).id })).toEqual(
      refused('Invalid channel ID'),
    )
    // The message itself comes first.
    for (const target of [secret.id, 987_654])
      expect(await edit(cid, await say(bob, secret), { stream_id: target })).toEqual(
        refused('Invalid message(s)'),
      )
  })

  test('AC-07 whoever moves must be let take it out and post there', async () => {
    const [open, closed] = [await channel({}, ann, bob), await channel({ send: 6 }, ann)]
    const id = await say(ann, open)
    const refusal = refused("You don't have permission to move this message")
    expect(await edit(ann, id, { stream_id: closed.id })).toEqual(refusal)
    await here.give({ can_move_messages_between_channels_group: 5 })
    const other = await channel({}, ann)
    expect(await edit(ann, id, { stream_id: other.id })).toEqual(refusal)
    await here.test.superuser(
      'UPDATE streams.channels SET can_move_messages_out_of_channel_group = $3 WHERE org_id = $1 AND channel_id = $2',
      [here.org, open.id, await here.naming(ann)],
    )
    await here.unrelated()
    expect(await edit(bob, id, { stream_id: other.id })).toEqual(refusal)
    expect(await edit(ann, id, { stream_id: other.id })).toEqual(done)
    await here.give({ can_move_messages_between_channels_group: 3 })
  })
})

describe('history kept from who was not there', () => {
  test('goes on to be: a message is for those whom it came to, wherever it goes', async () => {
    const from = await channel({ protected: true }, ann, bob)
    const to = await channel({ protected: true }, ann, bob, cid, mod)
    const first = await say(ann, from)
    await here.unsubscribe(from, bob)
    const between = await say(ann, from)
    await here.subscribe(from, bob)
    const last = await say(ann, from)
    const told = await move(ann, last, to, { propagate_mode: 'change_all' })
    for (const [user, ids] of [
      [ann, [first, between, last]],
      [bob, [first, last]],
      [cid, []],
    ] as const) {
      const found = await Promise.all([first, between, last].map((id) => messageOf(user, id)))
      expect(found.flatMap((message) => message?.id ?? [])).toEqual(ids)
      expect(await feedOf(user, [['channel', to.id]])).toEqual(ids)
    }
    expect(told.told('messages.relocated')[0]?.body['holders']).toEqual(
      expect.arrayContaining([
        { user_ids: [ann], message_ids: [first, between, last] },
        { user_ids: [bob], message_ids: [first, last] },
      ]),
    )
    expect(told.to('message.appeared')).toEqual([])
  })

  test('is no more once it went where everybody reads, and comes back as what came to each', async () => {
    const [from, to] = [await channel({ protected: true }, ann), await channel({}, ann, bob, cid)]
    const id = await say(ann, from, '@**all**')
    await here.subscribe(from, cid)
    expect((await move(ann, id, to)).to('message.appeared')).toEqual(sorted(bob, cid))
    expect((await messageOf(bob, id))?.flags).toEqual(['read', 'historical'])
    expect(await feedOf(bob)).toContain(id)
    // It was open to them, and so it is theirs.
    await move(ann, id, from)
    expect([await messageOf(bob, id), (await messageOf(cid, id))?.stream_id]).toEqual([null, from.id])
  })

  test('who could read it in one channel and has left loses it where only that counts', async () => {
    const [from, to] = [
      await channel({ private: true }, ann, bob),
      await channel({ protected: true }, ann, bob),
    ]
    const id = await say(ann, from)
    await here.unsubscribe(from, bob)
    // Bob had it, has left where it was, and is where it goes.
    const told = await move(ann, id, to)
    expect((await messageOf(bob, id))?.stream_id).toBe(to.id)
    expect(told.to('message.appeared')).toEqual([bob])
    await here.unsubscribe(to, bob)
    expect(await messageOf(bob, id)).toBeNull()
  })
})

describe('who is told', () => {
  test('queues that follow all public channels hear of moves into and out of them', async () => {
    const [open, other] = [await channel({}, ann, bob), await channel({}, ann, cid)]
    const secret = await channel({ private: true }, ann)
    const id = await say(ann, open)
    const across = await move(ann, id, other)
    // Cid is told by name of what is new; a queue of all public channels had it.
    expect(across.told('message.carried').map(({ body }) => body['beside'])).toContainEqual(sorted(ann, bob))
    expect(across.told('message.appeared')).toMatchObject([{ user_ids: [cid], body: { following: false } }])
    const out = await move(ann, id, secret)
    expect(out.told('messages.withdrawn')).toMatchObject([
      { channel_id: other.id, body: { beside: expect.arrayContaining([ann, cid]) as unknown } },
    ])
    const back = await move(ann, id, open)
    expect(back.told('message.appeared')).toMatchObject([
      { channel_id: open.id, user_ids: [bob], body: { beside: sorted(ann, bob) } },
    ])
    expect(back.told('message.carried')).toMatchObject([{ user_ids: [ann], body: { beside: null } }])
  })

  test('a poll comes with what was added to it', async () => {
    const [secret, open] = [await channel({ private: true }, ann), await channel({}, ann, bob)]
    const id = await say(ann, secret, '/poll Tea?\nyes')
    const vote = JSON.stringify({ type: 'vote', key: 'canned,0', vote: 1 })
    await one.ask(ann, 'add-submessage', { message_id: id, msg_type: 'widget', content: vote })
    const { told } = await move(ann, id, open)
    expect(told('message.appeared')[0]?.body).toMatchObject({
      submessages: [{ message_id: id, sender_id: ann, content: vote }],
    })
  })

  test('who goes on reading without being in the channel has nothing unread there', async () => {
    const [from, open] = [await channel({ private: true }, ann, bob), await channel({}, ann)]
    const id = await say(ann, from)
    expect(await unreadOf(bob, id)).toEqual([[from.id, 'tea']])
    const { told } = await move(ann, id, open)
    expect(await unreadOf(bob, id)).toEqual([])
    expect(told('flags.changed')).toMatchObject([
      { user_ids: [bob], body: { op: 'add', flag: 'read', messages: [id] } },
    ])
    expect((await messageOf(bob, id))?.flags).toEqual(['read'])
  })

  test('what is told of a topic one follows stays as it is', async () => {
    const [from, to] = [await channel({ private: true }, ann, bob), await channel({ private: true }, ann)]
    await here.choose(from, bob, 'tea', 3)
    const { events } = await move(ann, await say(ann, from), to, { propagate_mode: 'change_all' })
    expect(events.map(({ type }) => type)).not.toContain('user-topic.set')
  })
})
