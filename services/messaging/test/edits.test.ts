import { EditEntry, FetchedMessage, HistoryEntry } from '@parley/api'
import { role } from '@parley/access'
import { sha256 } from '@parley/core'
import { messageUpdated } from '@parley/events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let mod: number
let open: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  mod = await here.user({ name: 'Mod', role: role.moderator })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann, bob, mod)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const say = async (user: number, to: Channel | number[], content = 'x', topic = 'tea'): Promise<number> =>
  z.object({ id: z.int() }).parse(
    await one.ask(user, 'send-message', {
      content,
      ...('id' in to ? { type: 'channel', to: to.id, topic } : { type: 'direct', to }),
    }),
  ).id
const edit = (user: number, id: number, fields: Record<string, unknown>) =>
  outcome(one.ask(user, 'update-message', fields, { path: { message_id: String(id) } }))
const messageOf = async (user: number, id: number): Promise<FetchedMessage> => {
  const answer = await one.ask(user, 'get-message', {}, { path: { message_id: String(id) } })
  expect(faultsOf('GET', '/messages/{message_id}', answer)).toEqual([])
  return z.object({ message: FetchedMessage }).parse(answer).message
}
const historyOf = async (user: number, id: number): Promise<HistoryEntry[]> => {
  const answer = await one.ask(user, 'get-message-history', {}, { path: { message_id: String(id) } })
  expect(faultsOf('GET', '/messages/{message_id}/history', answer)).toEqual([])
  return z.object({ message_history: z.array(HistoryEntry) }).parse(answer).message_history
}
const Log = z.object({
  type: z.string(),
  body: messageUpdated.open.body,
  user_ids: z.array(z.int()),
  channel_id: z.int().nullable(),
})
const lastEvents = async (most = 1) =>
  z
    .array(Log)
    .parse(
      await here.test.superuser(
        'SELECT type, body, user_ids, channel_id FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT $2',
        [here.org, most],
      ),
    )
const lastEvent = async () => (await lastEvents())[0]
const older = (id: number, seconds: number) =>
  here.test.superuser(
    'UPDATE messaging.messages SET sent_at = sent_at - make_interval(secs => $3) WHERE org_id = $1 AND message_id = $2',
    [here.org, id, seconds],
  )
const refused = (msg: string) => ({ code: 'BAD_REQUEST', msg })
const topicOf = async (id: number): Promise<string> => (await messageOf(ann, id)).subject
const done = { detached_uploads: [] }

describe('another text', () => {
  test('is what the message says, and the former is kept', async () => {
    const id = await say(ann, open, 'one')
    const answer = await edit(ann, id, {
      content: '**two**',
      prev_content_sha256: sha256('one').toString('hex'),
    })
    expect(answer).toEqual(done)
    expect(faultsOf('PATCH', '/messages/{message_id}', answer)).toEqual([])
    const two = { content: '**two**', rendered: '<p><strong>two</strong></p>' }
    expect(await lastEvent()).toMatchObject({
      type: 'message.updated',
      channel_id: open.id,
      body: {
        user_id: ann,
        message_id: id,
        message_ids: [id],
        stream_id: open.id,
        new_stream_id: null,
        topic: null,
        text: { ...two, before: { content: 'one', rendered: '<p>one</p>' } },
        flags: { usual: [], others: [{ flags: ['read'], user_ids: [ann] }] },
      },
    })
    await edit(ann, id, { content: ' ' })
    const message = await messageOf(bob, id)
    expect(message).toMatchObject({ content: '<p>(deleted)</p>', last_edit_timestamp: message.timestamp })
    const Whole = z.array(EditEntry)
    expect(Whole.parse(message.edit_history)).toMatchObject([
      { user_id: ann, prev_content: '**two**' },
      { user_id: ann, prev_content: 'one', prev_rendered_content: '<p>one</p>' },
    ])
    expect(await historyOf(bob, id)).toMatchObject([
      { content: 'one', topic: 'tea', user_id: ann },
      { content: '**two**', prev_content: 'one' },
      { content: '(deleted)', rendered_content: '<p>(deleted)</p>', prev_content: '**two**' },
    ])
  })

  test('of a direct message is told to its people', async () => {
    const id = await say(ann, [bob], 'one')
    await edit(ann, id, { content: 'two' })
    expect(await lastEvent()).toMatchObject({
      user_ids: [ann, bob].sort((a, b) => a - b),
      channel_id: null,
      body: { stream_id: null, message_ids: [id] },
    })
    expect(await edit(ann, id, { topic: 'x' })).toEqual(refused('Direct messages cannot have topics.'))
    expect(await edit(ann, id, { stream_id: open.id })).toEqual(
      refused('Direct messages cannot be moved to channels.'),
    )
  })

  test('mentions others than the former', async () => {
    const id = await say(ann, open, `@**|${bob}**`)
    const cid = await here.user()
    await edit(ann, id, { content: `@**|${mod}** @**|${cid}**` })
    expect((await messageOf(bob, id)).flags).toEqual([])
    expect((await messageOf(mod, id)).flags).toEqual(['mentioned'])
    // Who was not there is not mentioned.
    expect((await messageOf(cid, id)).flags).toEqual(['read', 'historical'])
    const event = await lastEvent()
    expect(event?.body.flags.others).toContainEqual({ flags: ['mentioned'], user_ids: [mod] })
    const Unread = z.object({ unread_msgs: z.object({ mentions: z.array(z.int()) }) })
    const unread = async (user: number) => Unread.parse(await snapshotOf(one, user)).unread_msgs.mentions
    expect(await unread(mod)).toContain(id)
    expect(await unread(bob)).not.toContain(id)
  })

  test('AC-08 mentions everybody only where its sender could have', async () => {
    const crowd = await here.channel()
    const many = await Promise.all(Array.from({ length: 16 }, () => here.user()))
    await here.subscribe(crowd, ann, ...many)
    const id = await say(ann, crowd)
    expect(await edit(ann, id, { content: '@**all**' })).toMatchObject({
      code: 'STREAM_WILDCARD_MENTION_NOT_ALLOWED',
    })
    const small = await say(ann, open)
    expect(await edit(ann, small, { content: '@**all** @**topic**' })).toEqual(done)
    expect((await messageOf(bob, small)).flags).toContain('stream_wildcard_mentioned')
    for (const user of many) await say(user, crowd)
    expect(await edit(ann, id, { content: '@**topic**' })).toMatchObject({
      code: 'TOPIC_WILDCARD_MENTION_NOT_ALLOWED',
    })
  })

  test('is its sender’s alone to give, and not for ever', async () => {
    const id = await say(ann, open)
    const admin = await here.user({ role: role.owner })
    expect(await edit(admin, id, { content: 'y' })).toEqual(
      refused("You don't have permission to edit this message"),
    )
    await older(id, 620)
    expect(await edit(ann, id, { content: 'y' })).toEqual(done)
    await older(id, 1)
    expect(await edit(ann, id, { content: 'y' })).toEqual(
      refused('The time limit for editing this message has passed'),
    )
  })

  test('is refused where it is not what the client thinks', async () => {
    const id = await say(ann, open, 'one')
    expect(await edit(ann, id, { content: 'two', prev_content_sha256: 'ab' })).toMatchObject({
      code: 'EXPECTATION_MISMATCH',
      field_name: 'prev_content_sha256',
    })
    expect(await edit(ann, id, {})).toEqual(refused('Nothing to change'))
    expect(await edit(ann, id, { propagate_mode: 'change_all' })).toEqual(
      refused('Invalid propagate_mode without topic edit'),
    )
    const other = await here.channel()
    expect(await edit(ann, id, { content: 'y', stream_id: other.id })).toEqual(
      refused('Cannot change message content while changing channel'),
    )
    const poll = await say(ann, open, '/poll x')
    expect(await edit(ann, poll, { content: 'y' })).toEqual(refused('Widgets cannot be edited.'))
  })

  test('AC-04 of what may not be read answers as what is not there', async () => {
    const secret = await here.channel({ private: true })
    await here.subscribe(secret, ann)
    const id = await say(ann, secret)
    for (const asked of [id, 987_654]) {
      expect(await edit(bob, asked, { content: 'y' })).toEqual(refused('Invalid message(s)'))
      expect(
        await outcome(one.ask(bob, 'get-message-history', {}, { path: { message_id: String(asked) } })),
      ).toEqual(refused('Invalid message(s)'))
    }
    await here.unsubscribe(secret, ann)
    expect(await edit(ann, id, { content: 'y' })).toEqual(refused('Invalid message(s)'))
  })

  test('of what nobody who is there received is given all the same, and told to nobody', async () => {
    const back = await here.channel({ protected: true, subscribe: await here.naming(ann) })
    await here.subscribe(back, ann)
    const id = await say(ann, back)
    await here.unsubscribe(back, ann)
    await here.subscribe(back, bob)
    expect(await edit(ann, id, { content: 'y', topic: 'coffee' })).toEqual({ detached_uploads: [] })
    expect(await lastEvents()).toMatchObject([
      { body: { message_ids: [id] }, user_ids: [], channel_id: back.id },
    ])
    const path = { message_id: String(id) }
    expect(await outcome(one.ask(ann, 'delete-message', {}, { path }))).toEqual({})
    expect(await edit(ann, id, { content: 'z' })).toMatchObject({ msg: 'Invalid message(s)' })
  })

  test('given twice at once is kept twice, without a gap', async () => {
    const id = await say(ann, open, 'zero')
    await Promise.all([edit(ann, id, { content: 'one' }), edit(ann, id, { content: 'two' })])
    const history = await historyOf(ann, id)
    expect(history).toHaveLength(3)
    expect(history.slice(1).map((entry) => entry.prev_content)).toEqual(
      history.slice(0, -1).map((entry) => entry.content),
    )
  })
})

describe('another topic', () => {
  const three = async (to = open, topic = `t${Math.floor(Math.random() * 1e9)}`) => ({
    topic,
    ids: [
      await say(ann, to, 'a', topic),
      await say(bob, to, 'b', topic.toUpperCase()),
      await say(ann, to, 'c', topic),
    ],
  })

  test.each([
    ['change_one', [false, true, false]],
    ['change_later', [false, true, true]],
    ['change_all', [true, true, true]],
  ] as const)('%s', async (propagate_mode, moved) => {
    const { topic, ids } = await three()
    const [, middle = 0] = ids
    expect(await edit(bob, middle, { topic: 'elsewhere', propagate_mode })).toEqual(done)
    const now = await Promise.all(ids.map(topicOf))
    expect(now.map((name) => name === 'elsewhere')).toEqual(moved)
    expect((await lastEvent())?.body).toMatchObject({
      message_id: middle,
      message_ids: ids.filter((_, i) => moved[i]),
      text: null,
      topic: { before: topic.toUpperCase(), after: 'elsewhere', propagate_mode },
    })
    expect((await historyOf(ann, middle)).at(-1)).toMatchObject({
      topic: 'elsewhere',
      prev_topic: topic.toUpperCase(),
      user_id: bob,
    })
    expect(await messageOf(ann, middle)).toMatchObject({
      edit_history: [{ prev_topic: topic.toUpperCase(), topic: 'elsewhere' }],
    })
  })

  test('and another text at once', async () => {
    const id = await say(ann, open, 'a', 'tea')
    expect(await edit(ann, id, { content: 'b', topic: 'coffee' })).toEqual(done)
    expect((await lastEvent())?.body).toMatchObject({
      text: { content: 'b' },
      topic: { before: 'tea', after: 'coffee' },
    })
    expect((await historyOf(ann, id)).at(-1)).toMatchObject({ topic: 'coffee', content: 'b' })
  })

  test('is shown to nobody where the organisation shows none', async () => {
    const id = await say(ann, open, 'a', 'quiet')
    expect(await edit(ann, id, { content: 'b' })).toEqual(done)
    await here.test.superuser(
      `INSERT INTO auth.settings (org_id, settings) VALUES ($1, '{"message_edit_history_visibility_policy": "none"}')`,
      [here.org],
    )
    const path = { message_id: String(id) }
    expect(await outcome(one.ask(ann, 'get-message-history', {}, { path }))).toEqual(
      refused('Message edit history is disabled in this organization'),
    )
    expect(Object.keys(await messageOf(ann, id))).not.toContain('edit_history')
    await here.test.superuser('DELETE FROM auth.settings WHERE org_id = $1', [here.org])
  })

  test('keeps its former texts out of a page that would grow too large with them', async () => {
    const ids = [
      await say(ann, open, 'a', 'long'),
      await say(ann, open, 'a', 'long'),
      await say(ann, open, 'a', 'long'),
    ]
    for (const id of ids) expect(await edit(ann, id, { content: 'b' })).toEqual(done)
    await here.test.superuser(
      `UPDATE messaging.edits SET prev_rendered = repeat('x', 1500000) WHERE org_id = $1 AND message_id = ANY ($2)`,
      [here.org, ids],
    )
    const page = await one.ask(ann, 'get-messages', { message_ids: ids })
    const { messages } = z.object({ messages: z.array(FetchedMessage) }).parse(page)
    expect(messages.map(({ edit_history: edits }) => edits?.map((entry) => 'prev_content' in entry))).toEqual(
      [[false], [true], [true]],
    )
  })

  test('AC-15 moves only what the mover may read, and tells each of what came to them', async () => {
    const secret = await here.channel({ protected: true })
    await here.subscribe(secret, ann)
    const early = await say(ann, secret)
    await here.subscribe(secret, bob)
    const late = await say(ann, secret)
    expect(await edit(bob, late, { topic: 'new', propagate_mode: 'change_all' })).toEqual(done)
    expect([await topicOf(early), await topicOf(late)]).toEqual(['tea', 'new'])
    await edit(ann, early, { topic: 'new' })
    expect(await edit(ann, early, { topic: 'third', propagate_mode: 'change_all' })).toEqual(done)
    const told = (await lastEvents(2)).map(({ type, user_ids, body }) => [type, user_ids, body.message_ids])
    expect(told).toHaveLength(2)
    expect(told).toContainEqual(['message.updated-within', [ann], [early, late]])
    expect(told).toContainEqual(['message.updated-within', [bob], [late]])
  })

  test('does not move behind the head where nearly everybody has other parts of it', async () => {
    const secret = await here.channel({ protected: true })
    await here.subscribe(secret, ann)
    const first = await say(ann, secret)
    for (let i = 0; i < 100; i++) {
      await here.subscribe(secret, await here.user({ name: `Late ${i}` }))
      await say(ann, secret)
    }
    expect(await edit(ann, first, { topic: 'new', propagate_mode: 'change_all' })).toEqual(
      refused('Too many people have different parts of these messages'),
    )
    expect(await topicOf(first)).toBe('tea')
    expect(await edit(ann, first, { topic: 'new' })).toEqual(done)
  })

  test('has a limit of time that moderators do not have', async () => {
    const { ids } = await three()
    const [first = 0, second = 0, third = 0] = ids
    await older(first, 604_821)
    const all = { topic: 'later', propagate_mode: 'change_all' }
    expect(await edit(bob, first, { topic: 'later' })).toEqual(
      refused("The time limit for editing this message's topic has passed."),
    )
    expect(await edit(bob, third, all)).toEqual({
      code: 'MOVE_MESSAGES_TIME_LIMIT_EXCEEDED',
      msg: 'You only have permission to move the 2/3 most recent messages in this topic.',
      first_message_id_allowed_to_move: second,
      total_messages_in_topic: 3,
      total_messages_allowed_to_move: 2,
    })
    expect(await edit(mod, third, all)).toEqual(done)
  })

  test('marks it as resolved, whenever', async () => {
    const { topic, ids } = await three()
    const [first = 0] = ids
    await older(first, 1e7)
    const all = { propagate_mode: 'change_all' }
    expect(await edit(bob, first, { topic: `✔ ${topic}`, ...all })).toEqual(done)
    expect(await edit(bob, first, { topic, ...all })).toEqual(done)
    expect(await edit(bob, first, { topic: '✔ ', ...all })).toEqual(
      refused('General chat cannot be marked as resolved'),
    )
  })

  test('is the same where its channel is named', async () => {
    const id = await say(ann, open)
    expect(await edit(ann, id, { stream_id: open.id })).toEqual(refused('Nothing to change'))
  })

  test('of too many messages at once is refused', async () => {
    const full = await here.channel()
    await here.subscribe(full, ann)
    const id = await say(ann, full)
    await here.test.superuser(
      `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at, sender_read)
       SELECT m.org_id, nextval('messaging.message_ids'), m.recipient_id, m.sender_id, m.topic, 'x', 'x', 'x', m.sent_at, true
       FROM messaging.messages m, generate_series(1, 5000) WHERE m.org_id = $1 AND m.message_id = $2`,
      [here.org, id],
    )
    expect(await edit(ann, id, { topic: 'y', propagate_mode: 'change_all' })).toEqual(
      refused('Too many messages to move at once (limit: 5000)'),
    )
  })
})
