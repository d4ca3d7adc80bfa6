import { role } from '@parley/access'
import { testDatabase, type TestDatabase } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, type World, world } from './world.ts'

let database: TestDatabase
let here: World
let one: Instance
let ann: number
let bob: number
let cat: number
let talk: Channel

beforeAll(async () => {
  database = await testDatabase()
  here = await world(database)
  one = await here.instance()
}, 60_000)
afterAll(async () => {
  for (const each of [one, here, database]) await each[Symbol.asyncDispose]()
})
beforeEach(async () => {
  ann = await here.user()
  bob = await here.user()
  cat = await here.user()
  talk = await here.channel()
  await here.subscribe(talk, ann, bob)
  one.passed.length = 0
})

const types = (user: number, fields: Record<string, unknown>) =>
  outcome(one.ask(user, 'set-typing-status', { op: 'start', ...fields }))
const inTalk = (user: number, fields: Record<string, unknown> = {}) =>
  types(user, { type: 'channel', stream_id: talk.id, topic: 'tea', ...fields })
const edits = (user: number, message: number, op = 'start') =>
  outcome(
    one.ask(user, 'set-typing-status-for-message-edit', { op }, { path: { message_id: String(message) } }),
  )
const send = async (user: number, fields: Record<string, unknown>): Promise<number> =>
  z.object({ id: z.int() }).parse(await one.ask(user, 'send-message', { content: 'hello', ...fields })).id
const say = (user: number, channel: Channel) =>
  send(user, { type: 'channel', to: JSON.stringify(channel.id), topic: 'tea' })
const set = (user: number, settings: Record<string, unknown>) =>
  database.superuser('INSERT INTO auth.user_settings (org_id, user_id, settings) VALUES ($1, $2, $3)', [
    here.org,
    user,
    JSON.stringify(settings),
  ])
/** What was told since the last look, and to whom. */
const told = () =>
  one.passed
    .splice(0)
    .map(({ body, users, channel }) => ({ body, users: users.toSorted((a, b) => a - b), channel }))
const person = (user: number) => ({ user_id: user, email: `u${user}@x.org` })
const refused = (msg: string) => ({ code: 'BAD_REQUEST', msg })

test('typing to people is told to all of them, the typist too; whoever is named', async () => {
  for (const to of [
    [bob, cat, bob],
    [cat, ann, bob],
  ]) {
    const answer = await types(ann, { to, op: 'stop' })
    expect([answer, faultsOf('POST', '/typing', answer)]).toEqual([{}, []])
    const people = [ann, bob, cat].map(person)
    expect(told()).toEqual([
      { body: { op: 'stop', sender: person(ann), place: { people } }, users: [ann, bob, cat], channel: null },
    ])
  }
})

test('people may be meant by the older name too', async () => {
  expect(await types(ann, { type: 'private', to: [bob] })).toEqual({})
  expect(told()).toMatchObject([{ users: [ann, bob], channel: null }])
})

test('typing in a channel is told to those who are in it', async () => {
  expect(await inTalk(cat, { type: 'stream', topic: ' tea ' })).toEqual({})
  const place = { stream_id: talk.id, topic: 'tea' }
  expect(told()).toEqual([
    { body: { op: 'start', sender: person(cat), place }, users: [ann, bob], channel: talk.id },
  ])
})

test('what is missing or odd is said in the words of the API', async () => {
  expect(await types(ann, {})).toEqual(refused("Missing 'to' argument"))
  expect(await types(ann, { to: [] })).toEqual(refused("Empty 'to' list"))
  expect(await types(ann, { to: [bob, 999_999] })).toEqual(refused('Invalid user ID 999999'))
  expect(await types(ann, { to: ['x'] })).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID', var_name: 'to' })
  expect(await types(ann, { op: 'pause', to: [bob] })).toMatchObject({ var_name: 'op' })
  expect(await types(ann, { type: 'channel', topic: 'tea' })).toEqual(refused('Missing stream_id'))
  expect(await types(ann, { type: 'channel', stream_id: talk.id })).toEqual(refused('Missing topic'))
  expect(told()).toEqual([])
})

test('AC-02 who may not send the message may not tell of typing it', async () => {
  const closed = await here.channel({ private: true })
  const guest = await here.user({ role: role.guest })
  const quiet = await here.channel({ send: await here.naming(bob) })
  await here.subscribe(quiet, ann)
  for (const [user, channel] of [
    [ann, closed.id],
    [guest, talk.id],
    [ann, 999_999],
  ])
    expect(await inTalk(user ?? 0, { stream_id: channel })).toEqual(refused('Invalid channel ID'))
  expect(await inTalk(ann, { stream_id: quiet.id })).toEqual(
    refused(`Not authorized to send to channel '${quiet.name}'`),
  )
  await here.archive(talk)
  expect(await inTalk(ann)).toEqual(refused('Invalid channel ID'))
  await here.deactivate(cat)
  expect(await types(ann, { to: [cat] })).toMatchObject({ code: 'BAD_REQUEST' })
  expect(told()).toEqual([])
})

test('AC-05 a right that was taken elsewhere counts at once, though memory has it still', async () => {
  const closed = await here.channel({ private: true })
  await here.subscribe(closed, ann, bob)
  expect(await inTalk(ann, { stream_id: closed.id })).toEqual({})
  expect(told()).toHaveLength(1)
  await here.unsubscribe(closed, ann)
  expect(await inTalk(ann, { stream_id: closed.id })).toEqual(refused('Invalid channel ID'))
  expect(told()).toEqual([])
})

test('settings: who does not tell of typing, and who does not want to be told', async () => {
  await set(ann, { send_private_typing_notifications: false, receives_typing_notifications: true })
  await set(bob, { send_stream_typing_notifications: false, receives_typing_notifications: false })
  expect(await types(ann, { to: [bob] })).toEqual(
    refused('User has disabled typing notifications for direct messages'),
  )
  expect(await inTalk(bob)).toEqual(refused('User has disabled typing notifications for channel messages'))
  expect([await inTalk(ann), await types(bob, { to: [ann] })]).toEqual([{}, {}])
  expect(told().map(({ users }) => users)).toEqual([[ann], [ann]])
  await set(cat, { receives_typing_notifications: false })
  // Nobody is left who wants it.
  expect(await types(cat, { to: [bob] })).toEqual({})
  expect(told()).toEqual([])
})

test('in a channel of more than a hundred people nobody is told', async () => {
  const users = await Promise.all(Array.from({ length: 98 }, () => here.user()))
  await here.subscribe(talk, ...users)
  await inTalk(ann)
  expect(told()[0]?.users).toHaveLength(100)
  await here.subscribe(talk, cat)
  expect(await inTalk(ann)).toEqual({})
  expect(told()).toEqual([])
  // Who is deactivated does not count.
  await here.deactivate(cat)
  await inTalk(ann)
  expect(told()).toHaveLength(1)
})

test('editing a message is told to those who can read it', async () => {
  const open = await say(ann, talk)
  const answer = await edits(ann, open)
  expect([answer, faultsOf('POST', '/messages/{message_id}/typing', answer)]).toEqual([{}, []])
  const direct = await send(ann, { type: 'direct', to: [bob] })
  await edits(ann, direct, 'stop')
  expect(told()).toEqual([
    {
      body: {
        op: 'start',
        sender_id: ann,
        message_id: open,
        place: { stream_id: talk.id, topic: 'tea' },
      },
      users: [ann, bob],
      channel: talk.id,
    },
    {
      body: { op: 'stop', sender_id: ann, message_id: direct, place: { user_ids: [ann, bob] } },
      users: [ann, bob],
      channel: null,
    },
  ])
})

test('AC-02 AC-15 where history is kept from newcomers, they do not learn of a message from before them', async () => {
  const guarded = await here.channel({ protected: true })
  await here.subscribe(guarded, ann, bob)
  const message = await say(ann, guarded)
  await here.subscribe(guarded, cat)
  await edits(ann, message)
  expect(told().map(({ users }) => users)).toEqual([[ann, bob]])
})

test('AC-02 nobody hears of typing on a message that came to nobody who is there', async () => {
  const guarded = await here.channel({ protected: true, subscribe: await here.naming(ann) })
  await here.subscribe(guarded, ann)
  const message = await say(ann, guarded)
  await here.unsubscribe(guarded, ann)
  await here.subscribe(guarded, bob)
  one.passed.length = 0
  expect(await edits(ann, message)).toEqual({})
  expect(told()).toEqual([])
})

test('AC-02 only who may edit the message may tell of it', async () => {
  const message = await say(ann, talk)
  expect(await edits(bob, message)).toEqual(refused("You don't have permission to edit this message"))
  expect(await edits(ann, 2_000_000_000)).toEqual(refused('Invalid message(s)'))
  const closed = await here.channel({ private: true })
  await here.subscribe(closed, ann)
  const hidden = await say(ann, closed)
  expect(await edits(bob, hidden)).toEqual(refused('Invalid message(s)'))
  one.clock.advance(3_600_000)
  expect(await edits(ann, message)).toEqual(refused('The time limit for editing this message has passed'))
  one.clock.advance(-3_600_000)
  await here.archive(talk)
  expect(await edits(ann, message)).toEqual(refused('Invalid message(s)'))
  expect(told()).toEqual([])
})

test('the settings hold for editing too', async () => {
  await set(ann, { send_private_typing_notifications: false, send_stream_typing_notifications: false })
  expect(await edits(ann, await say(ann, talk))).toMatchObject({ msg: /channel messages/ })
  const direct = await send(ann, { type: 'direct', to: [bob] })
  expect(await edits(ann, direct)).toMatchObject({ msg: /direct messages/ })
  expect(told()).toEqual([])
})

test('of editing nobody is told where nobody wants to be', async () => {
  for (const user of [ann, bob]) await set(user, { receives_typing_notifications: false })
  expect(await edits(ann, await say(ann, talk))).toEqual({})
  expect(await edits(ann, await send(ann, { type: 'direct', to: [bob] }))).toEqual({})
  expect(told()).toEqual([])
})
