import { operations } from '@parley/api'
import {
  type Account,
  type Answer,
  type ApiClient,
  basicHeader,
  contractAvailable,
  eventFaults,
  eventQueue,
  eventSocket,
  type Organisation,
  saying,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Bot, makeBot } from './bot.ts'

let network: TestNetwork
let org: Organisation
let owner: Account
let ann: Account
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
  org = await network.organisation()
  owner = org.owner
  ann = await org.person('Ann')
}, 60_000)
afterAll(() => network[Symbol.asyncDispose]())

const bot = (of: Account, fields?: Record<string, unknown>): Promise<Bot> => makeBot(org, of, fields)
const channel = async (name: string, people: readonly number[], more: Record<string, unknown> = {}) =>
  owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name }],
    principals: people,
    ...more,
  })
const write = (who: ApiClient, to: string): Promise<Answer> =>
  who.post('/messages', { type: 'channel', to, topic: 'tea', content: 'beep' })
const read = async (who: ApiClient, name: string): Promise<unknown> => {
  const narrow = [{ operator: 'channel', operand: name }]
  return (await who.get('/messages', { anchor: 'newest', num_before: 5, num_after: 0, narrow })).body[
    'messages'
  ]
}

test('BO-04 a bot that only sends may send, and do nothing else of all that there is', async () => {
  const hook = await bot(ann, { bot_type: 2 })
  await channel('hooked', [ann.id])
  expect((await write(hook, 'hooked')).status).toBe(200)
  const refusal = { code: 'UNAUTHORIZED', msg: 'This API is not available to incoming webhook bots.' }
  const wrong: string[] = []
  for (const { id, access, method, path } of operations) {
    if (['send-message', 'events-ws'].includes(id) || access === 'public') continue
    const url = path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, '1')
    const ways = {
      GET: () => hook.get(url),
      POST: () => hook.post(url),
      PUT: () => hook.put(url),
      PATCH: () => hook.patch(url),
      DELETE: () => hook.delete(url),
    }
    // Sessions have a door of their own, which no bot comes to.
    if (path.includes('/sessions/')) continue
    const { status, body } = await ways[method]()
    if (status !== 401 || body['code'] !== refusal.code || body['msg'] !== refusal.msg)
      wrong.push(`${method} ${path}: ${status} ${JSON.stringify(body)}`)
  }
  expect(wrong).toEqual([])
  const queue = { queueId: crypto.randomUUID(), lastEventId: -1 }
  const socket = { url: org.url, ca: network.ca, gateway: 2, headers: basicHeader(hook), ...queue }
  await expect(eventSocket(socket)).rejects.toThrow('401')
  expect((await write(hook, 'hooked')).status).toBe(200)
  const signIn = await org.client().post('/fetch_api_key', { username: hook.email, password: hook.apiKey })
  expect(signIn.status).toBe(400)
}, 60_000)

test('a bot sends where its owner could, and reads by its own subscriptions', async () => {
  const robbie = await bot(ann)
  await channel('closed', [ann.id], { invite_only: true })
  await channel('strange', [owner.id], { invite_only: true })
  expect((await write(robbie, 'closed')).status).toBe(200)
  expect((await write(robbie, 'strange')).body).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
  expect(await read(robbie, 'closed')).toBeUndefined()
  const queue = await eventQueue(robbie)
  await write(ann, 'closed')
  const direct = { type: 'direct', to: [robbie.id], content: 'for you' }
  await ann.ok('POST', '/messages', direct)
  const seen = await queue.until(saying('for you'))
  expect(seen.filter(({ type }) => type === 'message')).toHaveLength(1)
  expect(
    (await robbie.post('/messages', { type: 'direct', to: [ann.id], content: 'and for you' })).status,
  ).toBe(200)
  await ann.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'closed' }],
    principals: [robbie.id],
  })
  await write(ann, 'closed')
  expect(await read(robbie, 'closed')).toHaveLength(1)
})

test('what a bot has from its owner is gone as soon as the owner has it no more', async () => {
  const eve = await org.person('Eve')
  const robbie = await bot(eve)
  await channel('taken', [eve.id, ann.id], { invite_only: true })
  const group = z
    .int()
    .parse(
      (
        await owner.ok('POST', '/user_groups/create', { name: 'posters', description: '', members: [eve.id] })
      )['group_id'],
    )
  const id = z.int().parse((await ann.ok('GET', '/get_stream_id', { stream: 'taken' }))['stream_id'])
  await owner.ok('PATCH', `/streams/${id}`, { can_send_message_group: { new: group } })
  const takings: readonly (readonly [string, () => Promise<unknown>, () => Promise<unknown>])[] = [
    [
      'out of the channel',
      () => owner.ok('DELETE', '/users/me/subscriptions', { subscriptions: ['taken'], principals: [eve.id] }),
      () =>
        ann.ok('POST', '/users/me/subscriptions', {
          subscriptions: [{ name: 'taken' }],
          principals: [eve.id],
        }),
    ],
    [
      'out of the group that posts',
      () => owner.ok('POST', `/user_groups/${group}/members`, { delete: [eve.id] }),
      () => owner.ok('POST', `/user_groups/${group}/members`, { add: [eve.id] }),
    ],
  ]
  for (const [, take, giveBack] of takings)
    for (let time = 0; time < 5; time++) {
      expect((await write(robbie, 'taken')).status).toBe(200)
      await take()
      const after = await Promise.all([write(robbie, 'taken'), write(robbie, 'taken')])
      expect(after.map(({ status }) => status)).toEqual([400, 400])
      await giveBack()
    }
  const queue = await eventQueue(robbie, { event_types: ['message'] })
  const poll = robbie.get('/events', { queue_id: queue.id, last_event_id: queue.last })
  await robbie.ok('GET', '/users/me')
  await owner.ok('PATCH', `/users/${eve.id}`, { role: 600 })
  expect((await poll).body).toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
  expect((await robbie.ok('GET', '/users/me'))['role']).toBe(600)
})

test('AU-12 an owner who is taken out of use takes polls, sockets and keys of all bots along', async () => {
  const fay = await org.person('Fay')
  const bots = [await bot(fay), await bot(fay), await bot(fay)]
  const queues = await Promise.all(bots.map((one) => eventQueue(one, { event_types: ['message'] })))
  const polls = queues.map((queue, i) =>
    bots[i]?.get('/events', { queue_id: queue.id, last_event_id: queue.last }),
  )
  await Promise.all(bots.map((one) => one.ok('GET', '/users/me')))
  await owner.ok('DELETE', `/users/${fay.id}`)
  for (const poll of polls) expect((await poll)?.status).toBe(401)
  for (const one of bots) {
    expect((await one.get('/users/me')).body).toMatchObject({ code: 'UNAUTHORIZED' })
    expect((await write(one, 'hooked')).status).toBe(401)
  }
})

test('a new key and another owner end what stands on the old key', async () => {
  const ben = await org.person('Ben')
  const robbie = await bot(ann)
  const takings = [
    () => ann.ok('POST', `/bots/${robbie.id}/api_key/regenerate`),
    () => ann.ok('PATCH', `/bots/${robbie.id}`, { bot_owner_id: ben.id }),
  ]
  let key = robbie.apiKey
  for (const take of takings) {
    const client = org.client({ email: robbie.email, apiKey: key, gateway: 2 })
    const queue = await eventQueue(client)
    const poll = client.get('/events', { queue_id: queue.id, last_event_id: queue.last })
    await client.ok('GET', '/users/me')
    const answer = await take()
    expect((await poll).status).toBe(401)
    expect((await client.get('/users/me')).status).toBe(401)
    key = z.string().catch('').parse(answer['api_key'])
  }
})

test('its owner and administrators hear of a bot, all others of an account', async () => {
  const cay = await org.person('Cay')
  const [own, admins, others] = await Promise.all([eventQueue(ann), eventQueue(owner), eventQueue(cay)])
  const robbie = await bot(ann)
  await ann.ok('PATCH', `/bots/${robbie.id}`, { full_name: 'Robert' })
  await ann.ok('PATCH', `/bots/${robbie.id}`, { bot_owner_id: cay.id })
  await owner.ok('DELETE', `/bots/${robbie.id}`)
  await network.settle()
  const of = async (queue: Awaited<ReturnType<typeof eventQueue>>) => {
    const events = await queue.rest()
    expect(contractAvailable() ? events.flatMap(eventFaults) : []).toEqual([])
    expect(JSON.stringify(events)).not.toContain(robbie.apiKey)
    return events
      .filter(({ type }) => type === 'realm_bot' || type === 'realm_user')
      .map(({ type, op }) => `${type} ${op}`)
  }
  expect(await of(own)).toEqual([
    'realm_user add',
    'realm_bot add',
    'realm_user update',
    'realm_bot update',
    'realm_user update',
    'realm_bot delete',
    'realm_user update',
  ])
  expect(await of(admins)).toEqual([
    'realm_user add',
    'realm_bot add',
    'realm_user update',
    'realm_bot update',
    'realm_user update',
    'realm_bot update',
    'realm_user update',
    'realm_bot update',
  ])
  expect(await of(others)).toEqual([
    'realm_user add',
    'realm_user update',
    'realm_user update',
    'realm_bot add',
    'realm_user update',
    'realm_bot update',
  ])
})
