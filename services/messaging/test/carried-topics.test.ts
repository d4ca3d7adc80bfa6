import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, type Instance, type World, world } from './world.ts'

let here: World
let at: Instance
let ann: number
let bob: number
let cid: number
let guest: number

beforeAll(async () => {
  here = await world()
  at = await here.instance()
  ann = await here.user({ name: 'Ann', role: role.owner })
  bob = await here.user({ name: 'Bob' })
  cid = await here.user({ name: 'Cid' })
  guest = await here.user({ name: 'Gus', role: role.guest })
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const { muted, unmuted, followed } = { muted: 1, unmuted: 2, followed: 3 }
const channel = async (options: Parameters<World['channel']>[0], ...users: number[]): Promise<Channel> => {
  const made = await here.channel(options)
  await here.subscribe(made, ...users)
  return made
}
const say = async (to: Channel, topic: string, user = ann): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await at.ask(user, 'send-message', { content: 'x', type: 'channel', to: to.id, topic })).id
const move = (id: number, fields: Record<string, unknown>, user = ann) =>
  at.ask(
    user,
    'update-message',
    { propagate_mode: 'change_all', send_notification_to_new_thread: false, ...fields },
    { path: { message_id: String(id) } },
  )
/** What was told of topics meanwhile, as [people, channel, topic, policy]. */
async function told(act: () => Promise<unknown>) {
  const [head] = await here.test.superuser('SELECT seq FROM events.head WHERE org_id = $1', [here.org])
  await act()
  const rows = await here.test.superuser(
    `SELECT user_ids, body FROM events.log WHERE org_id = $1 AND seq > $2 AND type = 'user-topic.set' ORDER BY seq`,
    [here.org, head?.['seq']],
  )
  const Row = z.object({
    user_ids: z.array(z.int()),
    body: z.object({ stream_id: z.int(), topic_name: z.string(), visibility_policy: z.int() }),
  })
  return rows
    .map((row) => Row.parse(row))
    .map(({ user_ids: users, body }) => [users, body.stream_id, body.topic_name, body.visibility_policy])
}
const policiesOf = async (where: Channel) => {
  const rows = await here.test.superuser(
    'SELECT user_id, topic, policy FROM streams.user_topics WHERE org_id = $1 AND channel_id = $2 ORDER BY user_id, topic_key',
    [here.org, where.id],
  )
  return rows.map((row) => [row['user_id'], row['topic'], row['policy']])
}

test('what was set for a topic goes along when it is renamed whole, and when it is resolved', async () => {
  const room = await channel({}, ann, bob, cid)
  const [first] = [await say(room, 'tea'), await say(room, 'tea')]
  await here.choose(room, bob, 'Tea', followed)
  await here.choose(room, cid, 'tea', muted)
  expect(await told(() => move(first, { topic: 'coffee' }))).toEqual([
    [[bob, cid], room.id, 'tea', 0],
    [[bob], room.id, 'coffee', followed],
    [[cid], room.id, 'coffee', muted],
  ])
  expect(await policiesOf(room)).toEqual([
    [bob, 'coffee', followed],
    [cid, 'coffee', muted],
  ])
  await move(first, { topic: '✔ coffee' })
  expect(await policiesOf(room)).toEqual([
    [bob, '✔ coffee', followed],
    [cid, '✔ coffee', muted],
  ])
  expect(await told(() => move(first, { topic: '✔ COFFEE' }))).toEqual([])
})

test('it stays where some of the topic stays, and goes with its last message', async () => {
  const room = await channel({}, ann, bob)
  const [first, second] = [await say(room, 'tea'), await say(room, 'tea')]
  await here.choose(room, bob, 'tea', followed)
  expect(await told(() => move(second, { topic: 'coffee', propagate_mode: 'change_one' }))).toEqual([])
  expect(await policiesOf(room)).toEqual([[bob, 'tea', followed]])
  expect(await told(() => move(first, { topic: 'water', propagate_mode: 'change_one' }))).toEqual([
    [[bob], room.id, 'tea', 0],
    [[bob], room.id, 'water', followed],
  ])
})

test('of topics that become one, what shows more counts, and who set nothing for what went keeps what they had', async () => {
  const room = await channel({}, ann, bob, cid, guest)
  const first = await say(room, 'tea')
  await say(room, 'coffee')
  await here.choose(room, ann, 'coffee', muted)
  await here.choose(room, bob, 'tea', muted)
  await here.choose(room, cid, 'tea', followed)
  await here.choose(room, cid, 'coffee', muted)
  await here.choose(room, guest, 'tea', unmuted)
  await here.choose(room, guest, 'coffee', followed)
  expect(await told(() => move(first, { topic: 'coffee' }))).toEqual([
    [[bob, cid, guest], room.id, 'tea', 0],
    [[cid], room.id, 'coffee', followed],
  ])
  expect(await policiesOf(room)).toEqual([
    [ann, 'coffee', muted],
    [cid, 'coffee', followed],
    [guest, 'coffee', followed],
  ])
})

test('to another channel it goes for who may read both, and the others are told nothing', async () => {
  const [open, secret] = [await channel({}, ann, bob, guest), await channel({ private: true }, ann, bob)]
  const first = await say(open, 'tea')
  for (const user of [ann, bob, cid, guest]) await here.choose(open, user, 'tea', followed)
  expect(await told(() => move(first, { stream_id: secret.id }))).toEqual([
    [[ann, bob], open.id, 'tea', 0],
    [[ann, bob], secret.id, 'tea', followed],
  ])
  expect(await policiesOf(open)).toEqual([
    [cid, 'tea', followed],
    [guest, 'tea', followed],
  ])
  await here.choose(secret, cid, 'tea', muted)
  const back = await told(() => move(first, { stream_id: open.id, topic: 'coffee' }))
  expect(back.map(([users]) => users)).toEqual([
    [ann, bob],
    [ann, bob],
  ])
  expect(await policiesOf(secret)).toEqual([[cid, 'tea', muted]])
})

test('who reads a public channel without being in it is told too, a guest who left it is not', async () => {
  const open = await channel({}, ann, guest)
  const first = await say(open, 'tea')
  await here.choose(open, cid, 'tea', followed)
  await here.choose(open, guest, 'tea', followed)
  await here.unsubscribe(open, guest)
  expect((await told(() => move(first, { topic: 'coffee' }))).map(([users]) => users)).toEqual([[cid], [cid]])
})

test('where history is kept from newcomers, the new name is told to whom a message came to', async () => {
  const kept = await channel({ protected: true }, ann, bob)
  const first = await say(kept, 'tea')
  await here.subscribe(kept, cid)
  await here.choose(kept, bob, 'tea', followed)
  await here.choose(kept, cid, 'tea', followed)
  expect(await told(() => move(first, { topic: 'coffee' }))).toEqual([
    [[bob], kept.id, 'tea', 0],
    [[bob], kept.id, 'coffee', followed],
  ])
  expect(await policiesOf(kept)).toEqual([
    [bob, 'coffee', followed],
    [cid, 'tea', followed],
  ])
})

test('out of a channel that keeps its history, what was set for a topic goes for whom a message came to there', async () => {
  const [kept, open] = [await channel({ protected: true }, ann, bob), await channel({}, ann, bob, cid)]
  const first = await say(kept, 'tea')
  await here.subscribe(kept, cid)
  for (const user of [bob, cid]) await here.choose(kept, user, 'tea', followed)
  expect(await told(() => move(first, { stream_id: open.id, topic: 'coffee' }))).toEqual([
    [[bob], kept.id, 'tea', 0],
    [[bob], open.id, 'coffee', followed],
  ])
  expect(await policiesOf(kept)).toEqual([[cid, 'tea', followed]])
})
