import { FetchedMessage, type Submessage } from '@parley/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let cid: number
let open: Channel
let secret: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  cid = await here.user({ name: 'Cid' })
  open = await here.channel({ name: 'open' })
  secret = await here.channel({ name: 'secret', protected: true })
  await here.subscribe(open, ann, bob)
  await here.subscribe(secret, ann, bob)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const say = async (user: number, to: Channel | number[], content = '/poll Tea?\ngreen'): Promise<number> =>
  z.object({ id: z.int() }).parse(
    await one.ask(user, 'send-message', {
      content,
      ...('id' in to ? { type: 'channel', to: to.id, topic: 'tea' } : { type: 'direct', to }),
    }),
  ).id
const vote = { type: 'vote', key: 'canned,0', vote: 1 }
const add = (user: number, message_id: number, content: unknown = vote) =>
  outcome(
    one.ask(user, 'add-submessage', { message_id, msg_type: 'widget', content: JSON.stringify(content) }),
  )
const change = (user: number, id: number, fields: Record<string, unknown>) =>
  outcome(one.ask(user, 'update-message', fields, { path: { message_id: String(id) } }))
const submessages = async (user: number, id: number): Promise<Submessage[]> => {
  const answer = await one.ask(user, 'get-message', {}, { path: { message_id: String(id) } })
  expect(faultsOf('GET', '/messages/{message_id}', answer)).toEqual([])
  return z.object({ message: FetchedMessage }).parse(answer).message.submessages
}
const lastEvent = async () =>
  z
    .object({ type: z.string(), body: z.unknown(), users: z.array(z.int()), channel: z.int().nullable() })
    .parse(
      (
        await here.test.superuser(
          `SELECT type, body, user_ids AS users, channel_id AS channel FROM events.log
          WHERE org_id = $1 ORDER BY seq DESC LIMIT 1`,
          [here.org],
        )
      )[0],
    )
const refused = (msg: string) => ({ code: 'BAD_REQUEST', msg })
const invalid = refused('Invalid message(s)')
const unattached = refused('You cannot attach a submessage to this message.')

describe('a poll', () => {
  test('holds its question and what readers add, in the order it came', async () => {
    const id = await say(ann, open)
    const own = {
      id,
      message_id: id,
      sender_id: ann,
      msg_type: 'widget',
      content: '{"widget_type":"poll","extra_data":{"question":"Tea?","options":["green"]}}',
    }
    expect(await submessages(bob, id)).toEqual([own])
    expect(await add(bob, id)).toEqual({})
    expect(await add(cid, id, { type: 'new_option', idx: 1, option: 'black' })).toEqual({})
    const [, first, second] = await submessages(ann, id)
    const of = { message_id: id, msg_type: 'widget' }
    expect(first).toMatchObject({ ...of, sender_id: bob, content: JSON.stringify(vote) })
    expect(second).toMatchObject({ ...of, sender_id: cid })
    expect([id < (first?.id ?? 0), (first?.id ?? 0) < (second?.id ?? 0)]).toEqual([true, true])
    expect(await lastEvent()).toEqual({
      type: 'submessage.added',
      body: second,
      users: [],
      channel: open.id,
    })
    const feed = await one.ask(bob, 'get-messages', { anchor: 'newest', num_before: 1, num_after: 0 })
    const found = z.object({ messages: z.array(FetchedMessage) }).parse(feed).messages
    expect(found.map((message) => message.submessages)).toEqual([[own, first, second]])
    // The next message is newer still.
    expect(await say(ann, open, 'x')).toBeGreaterThan(second?.id ?? 0)
  })

  test('is asked by its sender alone, and never edited', async () => {
    const id = await say(ann, open)
    const question = { type: 'question', question: 'Cake?' }
    expect(await add(bob, id, question)).toEqual(
      refused("You can't edit a question unless you are the author."),
    )
    expect(await add(ann, id, question)).toEqual({})
    expect(await change(ann, id, { content: 'x' })).toEqual(refused('Widgets cannot be edited.'))
    // What was changed into one is none, and can be changed back.
    const plain = await say(ann, open, 'x')
    expect(await change(ann, plain, { content: '/poll x' })).not.toHaveProperty('code')
    expect([await submessages(ann, plain), await add(ann, plain)]).toEqual([[], unattached])
    expect(await change(ann, plain, { content: 'y' })).not.toHaveProperty('code')
  })

  test('moves with its topic, and goes with its message', async () => {
    const id = await say(ann, open)
    await add(bob, id)
    const before = await submessages(bob, id)
    await change(ann, id, { topic: 'cake' })
    expect(await submessages(bob, id)).toEqual(before)
    expect(await outcome(one.ask(ann, 'delete-message', {}, { path: { message_id: String(id) } }))).toEqual(
      {},
    )
    expect(
      await here.test.superuser('SELECT FROM messaging.submessages WHERE message_id = $1', [id]),
    ).toEqual([])
    expect(await add(bob, id)).toEqual(invalid)
  })
})

test('only what belongs to the widget is added, and only to one', async () => {
  const todo = await say(ann, [bob], '/todo Today\ntea: green')
  expect((await submessages(bob, todo)).map(({ content }) => content)).toEqual([
    '{"widget_type":"todo","extra_data":{"task_list_title":"Today","tasks":[{"task":"tea","desc":"green"}]}}',
  ])
  expect(await add(bob, todo, { type: 'strike', key: '0,canned' })).toEqual({})
  expect(await lastEvent()).toMatchObject({ users: [ann, bob].sort((a, b) => a - b), channel: null })
  expect(await add(bob, todo)).toEqual(refused('Invalid submessage for a todo'))
  expect(await add(bob, await say(ann, open, 'x'))).toEqual(unattached)
  const raw = (fields: Record<string, unknown>) =>
    outcome(one.ask(bob, 'add-submessage', { message_id: todo, msg_type: 'widget', content: 'x', ...fields }))
  expect(await raw({})).toEqual(refused('Invalid json for submessage'))
  expect(await raw({ msg_type: 'other' })).toMatchObject({ msg: 'Invalid msg_type' })
  expect(await raw({ content: 'x'.repeat(2_001) })).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
})

test('there is an end to what one adds', async () => {
  const id = await say(ann, open)
  await here.test.superuser(
    `INSERT INTO messaging.submessages (org_id, message_id, sender_id, content)
     SELECT $1, $2, $3, '{}' FROM generate_series(1, 200)`,
    [here.org, id, ann],
  )
  expect(await add(ann, id)).toEqual(refused('Too many submessages of this message'))
  expect(await add(bob, id)).toEqual({})
})

test('what may not be read or changed answers as what is not there', async () => {
  const id = await say(ann, secret)
  await here.subscribe(secret, cid)
  const direct = await say(ann, [bob])
  const old = await here.channel()
  await here.subscribe(old, ann)
  const archived = await say(ann, old)
  await here.archive(old)
  expect(await Promise.all([add(cid, id), add(cid, direct), add(ann, archived), add(ann, 987_654)])).toEqual([
    invalid,
    invalid,
    invalid,
    invalid,
  ])
  await add(bob, id)
  expect(await lastEvent()).toMatchObject({
    type: 'submessage.added-within',
    users: [ann, bob].sort((a, b) => a - b),
    channel: secret.id,
  })
})
