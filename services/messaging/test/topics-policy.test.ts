import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { refusedTopic } from '../src/rules/topics-policy.ts'
import { type Channel, deliverAll, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Id = z.object({ id: z.int() })
const needed = {
  code: 'BAD_REQUEST',
  msg: 'Sending messages to the general chat is not allowed in this channel.',
}
const none = { code: 'BAD_REQUEST', msg: 'Only the general chat topic is allowed in this channel.' }
const says = async (channel: Channel, policy: string) => {
  await here.test.superuser('UPDATE streams.channels SET topics_policy = $1 WHERE channel_id = $2', [
    policy,
    channel.id,
  ])
  await here.unrelated()
}
const organisationSays = async (policy: string) => {
  await here.test.superuser(
    `INSERT INTO auth.settings AS s (org_id, settings) VALUES ($1, jsonb_build_object('topics_policy', $2::text))
     ON CONFLICT (org_id) DO UPDATE SET settings = s.settings || excluded.settings`,
    [here.org, policy],
  )
  await here.unrelated()
}
async function channelThatSays(policy: string): Promise<Channel> {
  const channel = await here.channel({})
  await here.subscribe(channel, ann)
  await says(channel, policy)
  return channel
}
const send = (to: Channel, topic: string) =>
  outcome(one.ask(ann, 'send-message', { content: 'x', type: 'channel', to: to.id, topic }))
const say = async (to: Channel, topic: string) => Id.parse(await send(to, topic)).id
const edit = (id: number, fields: Record<string, unknown>) =>
  outcome(one.ask(ann, 'update-message', fields, { path: { message_id: String(id) } }))
const done = { detached_uploads: [] }

test('a topic is refused where the channel wants none, none where it wants one, and nothing else', () => {
  for (const topic of ['', 'tea', '✔ tea'])
    expect({
      allow_empty_topic: refusedTopic('allow_empty_topic', topic),
      disable_empty_topic: refusedTopic('disable_empty_topic', topic)?.message ?? null,
      empty_topic_only: refusedTopic('empty_topic_only', topic)?.message ?? null,
    }).toEqual({
      allow_empty_topic: null,
      disable_empty_topic: topic === '' ? needed.msg : null,
      empty_topic_only: topic === '' ? null : none.msg,
    })
})

test('sends go by what the channel says, else by what the organisation says, from the change on', async () => {
  const channel = await channelThatSays('inherit')
  await say(channel, '')
  await organisationSays('disable_empty_topic')
  expect(await send(channel, '')).toEqual(needed)
  expect(await send(channel, '(no topic)')).toEqual(needed)
  await say(channel, 'tea')
  await says(channel, 'allow_empty_topic')
  await say(channel, '')
  await says(channel, 'empty_topic_only')
  await say(channel, '')
  expect(await send(channel, 'tea')).toEqual(none)
  await organisationSays('allow_empty_topic')
  await says(channel, 'disable_empty_topic')
  expect(await send(channel, '')).toEqual(needed)
  await says(channel, 'inherit')
  await say(channel, '')
})

test('AC-08 so do messages that are moved, within the channel and into it; their text is theirs to change', async () => {
  const open = await channelThatSays('allow_empty_topic')
  const named = await channelThatSays('disable_empty_topic')
  const bare = await channelThatSays('empty_topic_only')
  const [a, b] = [await say(open, ''), await say(open, 'tea')]
  expect(await edit(a, { stream_id: named.id })).toEqual(needed)
  expect(await edit(b, { stream_id: bare.id })).toEqual(none)
  expect(await edit(a, { stream_id: named.id, topic: 'tea' })).toEqual(done)
  expect(await edit(a, { topic: '' })).toEqual(needed)
  expect(await edit(a, { topic: '✔ tea' })).toEqual(done)
  expect(await edit(b, { stream_id: bare.id, topic: '' })).toEqual(done)
  expect(await edit(b, { topic: 'tea' })).toEqual(none)
  // What was said before the channel wanted topics stays where it is.
  const old = await say(open, '')
  await says(open, 'disable_empty_topic')
  expect(await edit(old, { content: 'y' })).toEqual(done)
  expect(await edit(old, { topic: 'tea' })).toEqual(done)
})

test('what was to be said later is not where its topic is none any more', async () => {
  const channel = await channelThatSays('allow_empty_topic')
  const at = Math.floor(one.clock.now() / 1000) + 600
  const later = {
    type: 'channel',
    to: channel.id,
    topic: '',
    content: 'later',
    scheduled_delivery_timestamp: at,
  }
  await one.ask(ann, 'create-scheduled-message', later)
  await says(channel, 'disable_empty_topic')
  expect(await outcome(one.ask(ann, 'create-scheduled-message', later))).toEqual(needed)
  await deliverAll(one, at * 1000)
  const { scheduled_messages: left } = z
    .object({ scheduled_messages: z.array(z.object({ failed: z.boolean() })) })
    .parse(await one.ask(ann, 'get-scheduled-messages'))
  expect(left).toEqual([{ failed: true }])
})

test('the server itself says things in the only topic there is', async () => {
  const channel = await channelThatSays('empty_topic_only')
  await here.test.superuser(
    `INSERT INTO messaging.scheduled (org_id, user_id, channel_id, topic, content, rendered, client, url, sender_read,
       deliver_at, next_try_at) VALUES ($1, $2, $3, 'channel events', 'said', '<p>said</p>', 'internal',
       'https://acme.example.com', false, to_timestamp(0), to_timestamp(0))`,
    [here.org, here.bot, channel.id],
  )
  await deliverAll(one)
  const said = await here.test.superuser(
    'SELECT m.topic FROM messaging.messages m JOIN messaging.recipients r USING (org_id, recipient_id) WHERE r.channel_id = $1',
    [channel.id],
  )
  expect(said).toEqual([{ topic: '' }])
})
