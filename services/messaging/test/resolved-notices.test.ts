import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, deliverAll, type Instance, snapshotOf, type World, world } from './world.ts'

let here: World
let at: Instance
let ann: number
let always: number
let never: number
let plain: number
let follower: number
let room: Channel

beforeAll(async () => {
  here = await world()
  at = await here.instance()
  ann = await here.user({ name: 'Ann', role: role.moderator })
  always = await here.user()
  never = await here.user()
  plain = await here.user()
  follower = await here.user()
  room = await here.channel({ name: 'room' })
  await here.subscribe(room, ann, always, never, plain, follower)
  for (const [user, policy] of [
    [always, 'always'],
    [never, 'never'],
  ])
    await here.test.superuser('INSERT INTO auth.user_settings VALUES ($1, $2, $3)', [
      here.org,
      user,
      JSON.stringify({ resolved_topic_notice_auto_read_policy: policy }),
    ])
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Unread = z.object({
  unread_msgs: z.object({ streams: z.array(z.object({ unread_message_ids: z.array(z.int()) })) }),
})
const unreadOf = async (user: number) =>
  Unread.parse(await snapshotOf(at, user)).unread_msgs.streams.flatMap(({ unread_message_ids: ids }) => ids)
const say = async (topic: string): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await at.ask(ann, 'send-message', { type: 'channel', to: room.id, topic, content: 'x' })).id
/** Makes a change of a topic, and says who has the notice of it unread. */
async function noticed(id: number, topic: string): Promise<{ unread: number[]; flags: unknown }> {
  const asked = { topic, propagate_mode: 'change_all' }
  await at.ask(ann, 'update-message', asked, { path: { message_id: String(id) } })
  expect(await deliverAll(at)).toBe(1)
  const [row] = await here.test.superuser(
    `SELECT body FROM events.log WHERE org_id = $1 AND type = 'message.sent' ORDER BY seq DESC LIMIT 1`,
    [here.org],
  )
  const body = z.object({ message_id: z.int(), read_by: z.array(z.int()).default([]) }).parse(row?.['body'])
  const unread: number[] = []
  for (const user of [ann, always, never, plain, follower])
    if ((await unreadOf(user)).includes(body.message_id)) unread.push(user)
  return { unread, flags: body.read_by }
}

test('that a topic was resolved is read from the start for who wants that, save what they follow, unless they always want it', async () => {
  const id = await say('tea')
  for (const user of [follower, always]) await here.choose(room, user, 'tea', 3)
  expect(await noticed(id, '✔ tea')).toEqual({ unread: [never, follower], flags: [ann, always, plain] })
  expect(await noticed(id, 'tea')).toEqual({ unread: [never, follower], flags: [ann, always, plain] })
})

test('nothing else that the bot says there is', async () => {
  const id = await say('coffee')
  expect(await noticed(id, 'water')).toEqual({
    unread: [ann, always, never, plain, follower],
    flags: [],
  })
})
