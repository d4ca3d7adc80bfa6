import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Fixture, fixture, type Person } from './fixture.ts'

/** The fixture's clock, in seconds. */
const now = Date.UTC(2026, 0, 1) / 1000

let f: Fixture
let org: OrgId
let ada: Person
let bob: Person
let guest: Person
let open: number
let secret: number

const channelNamed = async (name: string): Promise<number> => {
  const [row] = await f.database.superuser(
    'SELECT channel_id FROM streams.channels WHERE org_id = $1 AND name = $2',
    [org, name],
  )
  return Number(row?.['channel_id'])
}

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  ada = await f.person(org)
  bob = await f.person(org)
  guest = await f.person(org, role.guest)
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'open' }] })
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], invite_only: true })
  open = await channelNamed('open')
  secret = await channelNamed('secret')
})

/** What was logged meanwhile. */
async function logged(act: () => Promise<unknown>) {
  const before = (await f.log(org)).length
  await act()
  return (await f.log(org, before)).map(({ type, body, users, channel }) => ({ type, body, users, channel }))
}
const set = (who: Person, stream_id: number, property: string, value: unknown) =>
  f.call(who, 'update-subscription-settings', { subscription_data: [{ stream_id, property, value }] })
const settingsOf = async (who: Person, id: number) => {
  const { subscriptions } = await f.ok(who, 'list-subscriptions')
  return (subscriptions as { stream_id: number }[]).find((one) => one.stream_id === id)
}
const topic = (who: Person, stream_id: number, name: string, visibility_policy: number) =>
  f.call(who, 'update-user-topic', { stream_id, topic: name, visibility_policy })
const muteTopic = (who: Person, fields: Record<string, unknown>) => f.call(who, 'mute-topic', fields)

test('every setting of a subscription is kept, and its own person alone is told', async () => {
  const values = {
    color: '#F0A',
    is_muted: true,
    pin_to_top: true,
    desktop_notifications: false,
    audible_notifications: true,
    push_notifications: false,
    email_notifications: true,
    wildcard_mentions_notify: false,
  }
  const subscription_data = Object.entries(values).map(([property, value]) => ({
    stream_id: secret,
    property,
    value,
  }))
  const log = await logged(() => f.ok(ada, 'update-subscription-settings', { subscription_data }))
  expect(await settingsOf(ada, secret)).toMatchObject({ ...values, color: '#ff00aa', in_home_view: false })
  expect(log.map(({ body }) => [body['property'], body['value']])).toEqual([
    ['color', '#ff00aa'],
    ['is_muted', true],
    ['in_home_view', false],
    ...Object.entries(values).slice(2),
  ])
  for (const { type, users, channel } of log)
    expect([type, users, channel]).toEqual(['subscription.set', [ada.id], secret])
})

test('one may be set by itself', async () => {
  const one = (stream_id: number, property: string, value: unknown) =>
    f.call(ada, 'update-subscription-setting', { stream_id, property, value })
  const log = await logged(async () => {
    for (const [property, value] of [
      ['color', '#00f'],
      ['in_home_view', false],
      ['in_home_view', false],
    ] as const)
      expect((await one(open, property, value)).status).toBe(200)
  })
  expect(await settingsOf(ada, open)).toMatchObject({ color: '#0000ff', is_muted: true, in_home_view: false })
  expect(log.map(({ body, users }) => [body['property'], body['value'], users])).toEqual([
    ['color', '#0000ff', [ada.id]],
    ['is_muted', true, [ada.id]],
    ['in_home_view', false, [ada.id]],
  ])
  for (const [property, value] of [
    ['color', 'true'],
    ['color', '#00'],
    ['pin_to_top', 'yes'],
    ['colour', '#00f'],
  ] as const)
    expect((await one(open, property, value)).body).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
  const { body } = await f.call(bob, 'update-subscription-setting', {
    stream_id: open,
    property: 'is_muted',
    value: true,
  })
  expect(body['msg']).toBe(`Not subscribed to channel ID ${open}`)
})

test('the older opposite of muting does the same', async () => {
  await set(ada, open, 'in_home_view', false)
  expect(await settingsOf(ada, open)).toMatchObject({ is_muted: true, in_home_view: false })
  await set(ada, open, 'in_home_view', true)
  expect(await settingsOf(ada, open)).toMatchObject({ is_muted: false, in_home_view: true })
})

test('who is not in a channel learns nothing by setting something for it', async () => {
  const answers = [
    await set(bob, secret, 'is_muted', true),
    await set(bob, open, 'is_muted', true),
    await set(bob, 2_000_000, 'is_muted', true),
    await set(bob, 5_000_000_000, 'is_muted', true),
  ]
  expect(answers.map(({ status, body }) => [status, body['msg']])).toEqual(
    [secret, open, 2_000_000, 5_000_000_000].map((id) => [400, `Not subscribed to channel ID ${id}`]),
  )
})

test('what is set together is set whole or not at all', async () => {
  const subscription_data = [
    { stream_id: open, property: 'pin_to_top', value: true },
    { stream_id: 2_000_000, property: 'pin_to_top', value: true },
  ]
  const log = await logged(() => f.call(ada, 'update-subscription-settings', { subscription_data }))
  expect(log).toEqual([])
  expect(await settingsOf(ada, open)).toMatchObject({ pin_to_top: false })
  expect((await f.call(ada, 'update-subscription-settings', { subscription_data: [] })).status).toBe(200)
})

test.each([
  ['color', 'red'],
  ['color', true],
  ['is_muted', 'yes'],
])('%s cannot be %j', async (property, value) => {
  const { body } = await set(ada, open, property, value)
  expect(body).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID', var_name: 'subscription_data' })
})

test('whether somebody is in a channel is told to those who may see it', async () => {
  const status = (who: Person, user_id: number, stream_id: number) =>
    f.call(who, 'get-subscription-status', { user_id, stream_id })
  expect((await status(bob, ada.id, open)).body).toMatchObject({ is_subscribed: true })
  expect((await status(bob, bob.id, open)).body).toMatchObject({ is_subscribed: false })
  expect((await status(bob, ada.id, secret)).body).toMatchObject({ msg: 'Invalid channel ID' })
  expect((await status(bob, ada.id, 2_000_000)).body).toMatchObject({ msg: 'Invalid channel ID' })
  expect((await status(bob, 2_000_000, open)).body).toMatchObject({ msg: 'No such user' })
})

test('the channels of somebody are those that the asker may know of', async () => {
  const channels = (who: Person, user_id: number) => f.call(who, 'get-user-channels', { user_id })
  expect((await channels(ada, ada.id)).body['subscribed_channel_ids']).toEqual([open, secret])
  expect((await channels(bob, ada.id)).body['subscribed_channel_ids']).toEqual([open])
  expect((await channels(guest, ada.id)).body['subscribed_channel_ids']).toEqual([])
  expect((await channels(bob, 2_000_000)).body).toMatchObject({ msg: 'No such user' })
})

test('a topic is muted, followed and let go in any spelling; its person alone is told', async () => {
  const muted = await logged(() => topic(bob, open, ' Tea ', 1))
  expect(muted).toMatchObject([{ type: 'user-topic.set', users: [bob.id], channel: null }])
  expect(muted.map(({ body }) => body)).toEqual([
    { stream_id: open, topic_name: 'Tea', visibility_policy: 1, last_updated: now },
  ])
  expect(await logged(() => topic(bob, open, 'TEA', 1))).toEqual([])
  const followed = await logged(() => topic(bob, open, 'TEA', 3))
  expect(followed.map(({ body }) => body)).toMatchObject([{ topic_name: 'TEA', visibility_policy: 3 }])
  const ended = await logged(() => topic(bob, open, 'tea', 0))
  expect(ended.at(-1)?.body).toMatchObject({ topic_name: 'tea', visibility_policy: 0 })
  expect(await logged(() => topic(bob, open, 'tea', 0))).toEqual([])
})

test('of a channel that one may not read nothing is learnt, but what was set there is ended', async () => {
  for (const policy of [0, 1, 2, 3])
    for (const id of [secret, 2_000_000, 5_000_000_000])
      expect((await topic(bob, id, 'tea', policy)).body).toMatchObject({ msg: 'Invalid channel ID' })
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], principals: [bob.id] })
  expect((await topic(bob, secret, 'tea', 1)).status).toBe(200)
  await f.ok(bob, 'unsubscribe', { subscriptions: ['secret'] })
  expect((await topic(bob, secret, 'tea', 3)).body).toMatchObject({ msg: 'Invalid channel ID' })
  const ended = await logged(() => topic(bob, secret, 'tea', 0))
  expect(ended.map(({ type }) => type)).toEqual(['user-topic.set'])
  expect((await topic(bob, secret, 'tea', 0)).body).toMatchObject({ msg: 'Invalid channel ID' })
})

test('one person sets something for so many topics and no more', async () => {
  await f.database.superuser(
    `INSERT INTO streams.user_topics (org_id, user_id, channel_id, topic, policy, changed_at)
     SELECT $1, $2, $3, 'topic ' || n, 1, now() FROM generate_series(1, 2000) AS n`,
    [org, bob.id, open],
  )
  expect((await topic(bob, open, 'one more', 1)).status).toBe(400)
  expect((await topic(bob, open, 'topic 1', 3)).status).toBe(200)
})

test('the older way of muting takes a name or a number', async () => {
  const done = await logged(() => muteTopic(bob, { stream: 'OPEN', topic: 'tea', op: 'add' }))
  expect(done.at(-1)?.body).toMatchObject({ stream_id: open, visibility_policy: 1 })
  expect((await muteTopic(bob, { stream_id: open, topic: 'tea', op: 'add' })).status).toBe(200)
  expect((await muteTopic(bob, { stream_id: open, topic: 'tea', op: 'remove' })).status).toBe(200)
  expect((await muteTopic(bob, { stream_id: open, topic: 'tea', op: 'remove' })).body).toMatchObject({
    msg: 'Nothing to be done',
  })
  const refused = { topic: 'tea', op: 'add' }
  expect((await muteTopic(bob, refused)).body).toMatchObject({ code: 'REQUEST_VARIABLE_MISSING' })
  expect((await muteTopic(bob, { ...refused, stream: 'open', stream_id: open })).body).toMatchObject({
    code: 'REQUEST_CONFUSING_VAR',
  })
  for (const stream of ['secret', 'nowhere'])
    expect((await muteTopic(bob, { ...refused, stream })).body).toMatchObject({ msg: 'Invalid channel ID' })
})

test('people are muted and let go, and hear nothing of it', async () => {
  const mute = (id: number) => f.call(bob, 'mute-user', { muted_user_id: id })
  const unmute = (id: number) => f.call(bob, 'unmute-user', { muted_user_id: id })
  expect(await logged(() => mute(ada.id))).toMatchObject([
    {
      type: 'muted-users.set',
      users: [bob.id],
      channel: null,
      body: { muted_users: [{ id: ada.id, timestamp: now }] },
    },
  ])
  expect((await mute(ada.id)).body).toMatchObject({ msg: 'User already muted' })
  expect((await mute(bob.id)).body).toMatchObject({ msg: 'Cannot mute self' })
  expect((await mute(2_000_000)).body).toMatchObject({ msg: 'No such user' })
  expect((await unmute(guest.id)).body).toMatchObject({ msg: 'User is not muted' })
  expect((await unmute(2_000_000)).body).toMatchObject({ msg: 'No such user' })
  const [ended] = await logged(() => unmute(ada.id))
  expect(ended?.body).toEqual({ muted_users: [] })
})

test('one person mutes so many people and no more', async () => {
  await f.database.superuser(
    `INSERT INTO streams.muted_users (org_id, user_id, muted_id, muted_at)
     SELECT $1, $2, 1000000 + n, now() FROM generate_series(1, 1000) AS n`,
    [org, bob.id],
  )
  expect((await f.call(bob, 'mute-user', { muted_user_id: ada.id })).status).toBe(400)
})

test('what is so already changes nothing and is told to nobody', async () => {
  const data = { subscription_data: [{ stream_id: secret, property: 'pin_to_top', value: true }] }
  const events = await logged(() => f.ok(ada, 'update-subscription-settings', data))
  expect(events.map(({ type }) => type)).toEqual(['subscription.set'])
  expect(await logged(() => f.ok(ada, 'update-subscription-settings', data))).toEqual([])
})
