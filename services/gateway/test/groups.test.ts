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

test('who comes into a group reads what it may read, and began anew; who goes out of it reads nothing more', async () => {
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

test('the same through a group in the group', async () => {
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
