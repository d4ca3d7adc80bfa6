import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { role } from '@parley/access'
import { type Channel, deliverAll, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let anns: number
let bobs: number
let admin: number

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  anns = await here.user({ botOwner: ann })
  bobs = await here.user({ botOwner: bob })
  admin = await here.user({ role: role.admin })
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Id = z.object({ id: z.int() })
const refused = {
  code: 'BAD_REQUEST',
  msg: 'You do not have permission to create new topics in this channel.',
}
const letBegin = async (channel: Channel, group: number) => {
  await here.test.superuser('UPDATE streams.channels SET can_create_topic_group = $1 WHERE channel_id = $2', [
    group,
    channel.id,
  ])
  await here.unrelated()
}
/** One where Ann alone begins topics, and that has one. */
async function restricted(): Promise<Channel> {
  const channel = await here.channel({})
  await here.subscribe(channel, ann, bob, anns, bobs, admin)
  await letBegin(channel, await here.naming(ann))
  await say(ann, channel, 'tea')
  return channel
}
const send = (user: number, to: Channel, topic: string) =>
  outcome(one.ask(user, 'send-message', { content: 'x', type: 'channel', to: to.id, topic }))
const say = async (user: number, to: Channel, topic: string) => Id.parse(await send(user, to, topic)).id
const edit = (user: number, id: number, fields: Record<string, unknown>) =>
  outcome(one.ask(user, 'update-message', fields, { path: { message_id: String(id) } }))

test('a topic is begun by whom the channel lets and by their bots, whatever the role', async () => {
  const channel = await restricted()
  for (const user of [bob, bobs, admin]) expect(await send(user, channel, 'coffee')).toEqual(refused)
  for (const user of [bob, bobs, admin]) await say(user, channel, 'TEA')
  await say(anns, channel, 'cake')
  await say(bob, channel, 'cake')
})

test('AC-13 a permission counts as soon as it is given, and no more as soon as it is taken', async () => {
  const channel = await restricted()
  await letBegin(channel, 2)
  await say(bob, channel, 'one')
  await letBegin(channel, 8)
  expect(await send(ann, channel, 'two')).toEqual(refused)
  await letBegin(channel, 3)
  await say(bob, channel, 'two')
})

test('a topic whose messages are gone is a new one', async () => {
  const channel = await restricted()
  const id = await say(ann, channel, 'soon gone')
  await outcome(one.ask(admin, 'delete-message', {}, { path: { message_id: String(id) } }))
  expect(await send(bob, channel, 'soon gone')).toEqual(refused)
})

test('messages are moved to a new topic by whom the channel lets, whichever they come from', async () => {
  const [channel, elsewhere] = [await restricted(), await here.channel({})]
  await here.subscribe(elsewhere, ann, bob, anns)
  const id = await say(bob, channel, 'tea')
  const away = await say(bob, elsewhere, 'news')
  for (const topic of ['coffee', '✔ tea']) expect(await edit(bob, id, { topic })).toEqual(refused)
  expect(await edit(admin, id, { topic: 'coffee' })).toEqual(refused)
  expect(await edit(bobs, id, { topic: 'coffee' })).toEqual(refused)
  expect(await edit(bob, away, { stream_id: channel.id })).toEqual(refused)
  expect(await edit(bob, away, { stream_id: channel.id, topic: 'coffee' })).toEqual(refused)
  const moved = { detached_uploads: [] }
  expect(await edit(bob, id, { topic: 'Tea', propagate_mode: 'change_all' })).toEqual(moved)
  expect(await edit(anns, id, { topic: 'coffee' })).toEqual(moved)
  expect(await edit(bob, away, { stream_id: channel.id, topic: 'COFFEE' })).toEqual(moved)
})

test('a message that is sent later begins a topic under the permission of that moment', async () => {
  const channel = await restricted()
  const at = Math.floor(one.clock.now() / 1000) + 60
  const later = (topic: string) =>
    outcome(
      one.ask(bob, 'create-scheduled-message', {
        type: 'channel',
        to: channel.id,
        topic,
        content: 'x',
        scheduled_delivery_timestamp: at,
      }),
    )
  const failed = async () =>
    z
      .object({ scheduled_messages: z.array(z.looseObject({ topic: z.string(), failed: z.boolean() })) })
      .parse(await one.ask(bob, 'get-scheduled-messages'))
      .scheduled_messages.map(({ topic }) => topic)
  await letBegin(channel, 2)
  await later('lunch')
  await later('tea')
  await letBegin(channel, 8)
  await deliverAll(one, (at + 1) * 1000)
  expect(await failed()).toEqual(['lunch'])
})
