import { type Account, eventQueue, type Organisation, testNetwork, type TestNetwork } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let ada: Account
let bob: Account
let group: number
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
  org = await network.organisation()
  ada = await org.person('Ada')
  bob = await org.person('Bob')
  const made = await ada.ok('POST', '/user_groups/create', { name: 'crew', description: '', members: [] })
  group = Number(made['group_id'])
  await ada.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'Cabin' }],
    invite_only: true,
    history_public_to_subscribers: true,
    can_subscribe_group: group,
  })
  await ada.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'Bridge' }],
    can_send_message_group: group,
  })
})
afterAll(() => network[Symbol.asyncDispose]())

const members = (change: Record<string, unknown>) => ada.ok('POST', `/user_groups/${group}/members`, change)
const there = () => org.client({ email: bob.email, apiKey: bob.apiKey, gateway: 2 })
const Streams = z.object({ streams: z.array(z.looseObject({ name: z.string() })) })
const known = async (): Promise<string[]> =>
  Streams.parse((await eventQueue(there(), {})).state).streams.map(({ name }) => name)
const say = (who: Pick<Account, 'post'>, to: string) =>
  who.post('/messages', { type: 'channel', to, topic: 't', content: 'heave' })
const history = (channel: string) =>
  there().get('/messages', { anchor: 'newest', num_before: 9, num_after: 0, narrow: [['channel', channel]] })

test('AC-05 who comes into a group reads what it may read, and began anew; who goes out of it reads nothing more', async () => {
  await say(ada, 'Cabin')
  expect(await known()).toEqual(['Bridge'])
  expect((await history('Cabin')).status).toBe(400)
  const outside = await eventQueue(bob, {})
  const onlooker = await eventQueue(ada, { event_types: ['user_group', 'stream'] })

  await members({ add: [bob.id] })
  const gone = { queue_id: outside.id, last_event_id: outside.last }
  expect((await there().get('/events', gone)).body).toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
  expect(await known()).toEqual(['Cabin', 'Bridge'])
  expect((await history('Cabin')).body['messages']).toHaveLength(1)
  const inside = await eventQueue(bob, {})

  await members({ delete: [bob.id] })
  for (const client of [bob, there()])
    expect(
      (await client.get('/events', { queue_id: inside.id, last_event_id: inside.last })).body,
    ).toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
  expect([await known(), (await history('Cabin')).status]).toEqual([['Bridge'], 400])
  await network.settle()
  expect((await onlooker.rest()).map(({ type, op }) => [type, op])).toEqual([
    ['user_group', 'add_members'],
    ['user_group', 'remove_members'],
  ])
})

test('who may post is asked anew by every instance once the group has changed', async () => {
  const posts = async () =>
    (await Promise.all([say(bob, 'Bridge'), say(there(), 'Bridge')])).map((a) => a.status)
  expect(await posts()).toEqual([400, 400])
  await members({ add: [bob.id] })
  expect(await posts()).toEqual([200, 200])
  await members({ delete: [bob.id] })
  expect(await posts()).toEqual([400, 400])
  // An owner too needs to be in the group.
  expect((await say(org.owner, 'Bridge')).status).toBe(400)
})

test('RO-02 the same through a group in the group', async () => {
  const inner = Number(
    (await ada.ok('POST', '/user_groups/create', { name: 'deck', description: '', members: [bob.id] }))[
      'group_id'
    ],
  )
  expect((await say(bob, 'Bridge')).status).toBe(400)
  await ada.ok('POST', `/user_groups/${group}/subgroups`, { add: [inner] })
  expect([(await say(there(), 'Bridge')).status, await known()]).toEqual([200, ['Cabin', 'Bridge']])
  const refused = await ada.post(`/user_groups/${inner}/deactivate`)
  expect(refused.body).toMatchObject({
    code: 'CANNOT_DEACTIVATE_GROUP_IN_USE',
    objections: [{ type: 'subgroup', supergroup_ids: [group] }],
  })
  const used = await ada.post(`/user_groups/${group}/deactivate`)
  expect(used.body).toMatchObject({
    objections: [
      { type: 'channel', settings: ['can_subscribe_group'] },
      { type: 'channel', settings: ['can_send_message_group'] },
    ],
  })
  await ada.ok('POST', `/user_groups/${group}/subgroups`, { delete: [inner] })
  expect([(await say(there(), 'Bridge')).status, await known()]).toEqual([400, ['Bridge']])
})

const wait = (days: number) => org.owner.ok('PATCH', '/realm', { waiting_period_threshold: days })
const full = { direct_members: [], direct_subgroups: [4] }
const ended = async (queue: { readonly id: string; readonly last: number }) => {
  const at = { queue_id: queue.id, last_event_id: queue.last }
  return Promise.all([bob, there()].map(async (who) => (await who.get('/events', at)).body['code']))
}

test('a longer waiting period takes from members what full ones have, at every gateway, before it answers', async () => {
  await ada.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'Chart room' }],
    invite_only: true,
    history_public_to_subscribers: true,
    can_subscribe_group: full,
  })
  await ada.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'Helm' }],
    can_send_message_group: full,
  })
  const has = async () => [
    (await known()).includes('Chart room'),
    (await history('Chart room')).status,
    (await say(bob, 'Helm')).status,
    (await say(there(), 'Helm')).status,
  ]
  expect(await has()).toEqual([true, 200, 200, 200])
  const queue = await eventQueue(bob, {})
  await wait(3)
  expect(await ended(queue)).toEqual(['BAD_EVENT_QUEUE_ID', 'BAD_EVENT_QUEUE_ID'])
  expect(await has()).toEqual([false, 400, 400, 400])
  const waiting = await eventQueue(bob, {})
  await wait(0)
  expect(await ended(waiting)).toEqual(['BAD_EVENT_QUEUE_ID', 'BAD_EVENT_QUEUE_ID'])
  expect(await has()).toEqual([true, 200, 200, 200])
})

test('whose time comes knows at once what full members know, is told so, and begins anew', async () => {
  await wait(1)
  const [onlooker, queue] = [
    await eventQueue(org.owner, { event_types: ['user_group'] }),
    await eventQueue(bob, {}),
  ]
  expect([await known(), (await history('Chart room')).status]).toEqual([['Bridge', 'Helm'], 400])
  // A day goes by.
  await network.database.superuser(
    `UPDATE auth.users SET date_joined = date_joined - interval '1 day', waiting_until = waiting_until - interval '1 day'
     WHERE user_id = $1`,
    [bob.id],
  )
  expect(await known()).toEqual(['Bridge', 'Chart room', 'Helm'])
  await expect
    .poll(() => ended(queue), { timeout: 10_000 })
    .toEqual(['BAD_EVENT_QUEUE_ID', 'BAD_EVENT_QUEUE_ID'])
  expect([(await history('Chart room')).status, (await say(bob, 'Helm')).status]).toEqual([200, 200])
  await network.settle()
  expect((await onlooker.rest()).map(({ op, group_id, user_ids }) => [op, group_id, user_ids])).toEqual([
    ['add_members', 4, [bob.id]],
    ['remove_members', 3, [bob.id]],
  ])
})
