import { type Operation, operations } from '@parley/api'
import {
  type Account,
  type Answer,
  type ApiClient,
  contractAvailable,
  contractFaults,
  type Organisation,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let owner: Account
let ann: Account
let nobody: ApiClient
let square: number
let hall: number
let secret: number
let open: number
let closed: number
let direct: number
let names = 0

beforeAll(async () => {
  network = await testNetwork()
  org = await network.organisation()
  owner = org.owner
  ann = await org.person('Zenobia')
  nobody = org.client()
  await letIn(true)
  square = await channel({ is_web_public: true })
  hall = await channel()
  secret = await channel({ invite_only: true, history_public_to_subscribers: true })
  open = await say(square, 'wide as the sky')
  closed = await say(hall, 'for members')
  await say(secret, 'for few')
  const to = [owner.id]
  direct = z.int().parse((await ann.ok('POST', '/messages', { type: 'direct', to, content: 'x' }))['id'])
}, 60_000)
afterAll(() => network[Symbol.asyncDispose]())
beforeEach(() => opened())

const letIn = (yes: boolean): Promise<unknown> =>
  owner.ok('PATCH', '/realm', { enable_spectator_access: yes })
/** What was answered is remembered for a second. */
const opened = async (): Promise<void> => {
  await letIn(true)
  await expect.poll(async () => (await nobody.post('/register')).status, { timeout: 5000 }).toBe(200)
}
const channel = async (fields: Record<string, unknown> = {}): Promise<number> => {
  const wanted = { name: `channel ${++names}`, subscribers: [owner.id, ann.id], ...fields }
  return z.int().parse((await owner.ok('POST', '/channels/create', wanted))['id'])
}
const say = async (to: number, content: string): Promise<number> =>
  z.int().parse((await ann.ok('POST', '/messages', { type: 'channel', to, topic: 'tea', content }))['id'])
const web = ['channels', 'web-public']
const look = (narrow: unknown, more: Record<string, unknown> = {}): Promise<Answer> =>
  nobody.get('/messages', { narrow, anchor: 'newest', num_before: 20, num_after: 0, ...more })
const seen = async (narrow: unknown): Promise<number[]> =>
  z
    .array(z.looseObject({ id: z.int() }))
    .parse((await look(narrow)).body['messages'])
    .map(({ id }) => id)
const refusal = {
  status: 401,
  body: {
    result: 'error',
    msg: 'Not logged in: API authentication or user session required',
    code: 'UNAUTHORIZED',
  },
}
const faults = (method: string, path: string, body: unknown): string[] =>
  contractAvailable() ? contractFaults(method, path, 200, body) : []

describe('where anybody is let in', () => {
  test('AC-02 web-public channels are looked through, searched and narrowed', async () => {
    for (const narrow of [
      [web],
      [web, ['channel', square]],
      [web, ['channel', square], ['topic', 'TEA']],
      [web, ['search', 'sky']],
      [web, ['sender', ann.id]],
      [web, ['id', open]],
      [web, ['with', open]],
    ])
      expect([narrow, await seen(narrow)]).toEqual([narrow, [open]])
    expect(await seen([web, ['search', 'members']])).toEqual([])
    expect(await seen([web, ['sender', 987_654]])).toEqual([])
    expect(await seen([web, ['is', 'resolved']])).toEqual([])
    const { body, headers } = await look([web])
    expect(headers['x-ratelimit-limit']).toBeDefined()
    expect(faults('GET', '/messages', body)).toEqual([])
    expect(body).toMatchObject({ found_oldest: true, found_newest: true, history_limited: false })
    expect(body['messages']).toMatchObject([
      {
        id: open,
        sender_id: ann.id,
        sender_full_name: 'Zenobia',
        sender_email: `user${ann.id}@unknown.invalid`,
        flags: ['read'],
      },
    ])
    expect((await look([web], { anchor: 'first_unread' })).body).toMatchObject({ found_anchor: false })
    const dated = (anchor_date: string) => look([web], { anchor: 'date', anchor_date })
    expect((await dated('2020-01-01')).body).toMatchObject({ anchor: open, found_anchor: true })
    expect((await dated('9999-01-01')).body).toMatchObject({ anchor: 10_000_000_000_000_000 })
  })

  test('AC-02 anything else is 401, never another answer', async () => {
    for (const narrow of [
      undefined,
      [],
      [['channel', square]],
      [['channels', 'public']],
      [web, ['channel', hall]],
      [web, ['channel', secret]],
      [web, ['channel', 987_654]],
      [web, ['channel', 'no such channel']],
      [web, ['with', closed]],
      [web, ['with', direct]],
      [web, ['with', 987_654_321]],
      [web, ['is', 'starred']],
      [web, ['dm', [ann.id]]],
      [web, ['in', 'home']],
      [web, ['no-such', 'operator']],
    ]) {
      const answer = await look(narrow)
      expect([narrow, { status: answer.status, body: answer.body }]).toEqual([narrow, refusal])
    }
    expect(await nobody.get('/messages', { narrow: [web], message_ids: [open] })).toMatchObject(refusal)
  })

  test('AC-02 single messages and topics are those of web-public channels', async () => {
    const { body } = await nobody.get(`/messages/${open}`)
    expect(faults('GET', '/messages/{message_id}', body)).toEqual([])
    expect(body).toMatchObject({ raw_content: 'wide as the sky', message: { id: open, flags: ['read'] } })
    for (const id of [closed, direct, 987_654_321])
      expect(await nobody.get(`/messages/${id}`)).toMatchObject(refusal)
    const topics = await nobody.get(`/users/me/${square}/topics`)
    expect(topics.body['topics']).toEqual([{ name: 'tea', max_id: open }])
    for (const id of [hall, secret, 987_654])
      expect(await nobody.get(`/users/me/${id}/topics`)).toMatchObject(refusal)
  })

  test('AC-02 of settings only what is for everybody is told', async () => {
    await owner.ok('PATCH', '/realm', { welcome_message_custom_text: 'the key is under the mat' })
    await owner.ok('PATCH', '/realm', { jitsi_server_url: '"https://jitsi.internal.example.org"' })
    const { body } = await nobody.post('/register')
    expect(body).toMatchObject({ realm_welcome_message_custom_text: '', realm_jitsi_server_url: null })
  })

  test('AC-02 a client begins with the organisation and its web-public channels, and without a queue', async () => {
    const { body } = await nobody.post('/register')
    expect(body).toMatchObject({
      queue_id: null,
      last_event_id: -1,
      realm_enable_spectator_access: true,
      realm_users: [],
      user_id: 0,
      is_guest: true,
      subscriptions: [],
      can_create_streams: false,
    })
    expect(body['streams']).toMatchObject([{ stream_id: square, is_web_public: true, creator_id: null }])
    expect(body['never_subscribed']).toEqual(body['streams'])
    const text = JSON.stringify(body)
    for (const name of [owner.email, ann.email, 'Zenobia', `channel ${names}`])
      expect(text).not.toContain(name)
    const some = await nobody.post('/register', { fetch_event_types: ['stream'] })
    expect(Object.keys(some.body).toSorted()).toEqual([
      'last_event_id',
      'msg',
      'queue_id',
      'result',
      'streams',
      'zulip_feature_level',
      'zulip_merge_base',
      'zulip_version',
    ])
  })

  test('who wrote is told as guests are told', async () => {
    await owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 3 } })
    const { messages } = (await look([web])).body
    expect(messages).toMatchObject([{ sender_id: ann.id, sender_full_name: 'Unknown user' }])
    await owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 2 } })
  })

  test('a credential that is no good opens nothing', async () => {
    const wrong = org.client({ email: ann.email, apiKey: 'a'.repeat(32) })
    expect((await wrong.get(`/messages/${open}`)).status).toBe(401)
    expect((await wrong.post('/register')).status).toBe(401)
  })

  test('AC-02 a right that is taken is gone at the answer', async () => {
    const id = await channel({ is_web_public: true })
    const message = await say(id, 'for a while')
    const shown = async () => (await nobody.get(`/messages/${message}`)).status
    expect(await shown()).toBe(200)
    await owner.ok('PATCH', `/streams/${id}`, { is_web_public: false })
    expect(await shown()).toBe(401)
    await owner.ok('PATCH', `/streams/${id}`, { is_web_public: true })
    expect(await shown()).toBe(200)
    await owner.ok('PATCH', `/streams/${id}`, { is_private: true, is_web_public: false })
    expect(await shown()).toBe(401)
    await owner.ok('PATCH', `/streams/${id}`, { is_private: false, is_web_public: true })
    await owner.ok('DELETE', `/streams/${id}`)
    expect(await shown()).toBe(401)
    await letIn(false)
    expect(await nobody.get(`/messages/${open}`)).toMatchObject(refusal)
  })

  test('AC-06 what was moved away or here names no channel that is not web-public', async () => {
    const old = {
      topic: 'cake',
      send_notification_to_old_thread: true,
      send_notification_to_new_thread: true,
    }
    const there = { topic: 'tea', content: 'to move away' }
    const away = await ann.ok('POST', '/messages', { type: 'channel', to: square, ...there })
    await owner.ok('PATCH', `/messages/${z.int().parse(away['id'])}`, { stream_id: hall, ...old })
    await owner.ok('PATCH', `/messages/${await say(hall, 'to move here')}`, { stream_id: square, ...old })
    const texts = async () => JSON.stringify((await look([web])).body['messages'])
    await expect
      .poll(texts, { timeout: 10_000 })
      .toMatch(/moved from this topic to another channel.*moved here from another channel/)
    expect(await texts()).not.toContain('channel 2')
  })
})

/** Every operation that asks who one is. */
const guarded = operations.filter(({ access, path }) => access !== 'public' && !path.endsWith('/events/ws'))
const invoke = ({ method, path }: Operation): Promise<Answer> => {
  const at = path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, String(open))
  switch (method) {
    case 'GET':
      return nobody.get(at, { narrow: [web], anchor: 'newest', num_before: 1, num_after: 0 })
    case 'POST':
      return nobody.post(at)
    case 'PUT':
      return nobody.put(at)
    case 'PATCH':
      return nobody.patch(at)
    case 'DELETE':
      return nobody.delete(at)
  }
}

test('AC-02 what is not said to be for who has no account is not', async () => {
  const spectators = guarded.filter((operation) => operation.spectators).map(({ id }) => id)
  expect(spectators.toSorted()).toEqual([
    'get-message',
    'get-messages',
    'get-stream-topics',
    'register-queue',
  ])
  for (const operation of guarded.filter((one) => !one.spectators)) {
    const { status, body } = await invoke(operation)
    expect([operation.id, { status, body }]).toEqual([operation.id, refusal])
  }
})

test('AC-02 where nobody is let in, every operation answers as to who is not logged in', async () => {
  await letIn(false)
  const counted = async () => (await nobody.post('/register')).headers['x-ratelimit-limit']
  await expect.poll(counted, { timeout: 5000 }).toBeUndefined()
  for (const operation of guarded) {
    const { status, body, headers } = await invoke(operation)
    expect([operation.id, { status, body }]).toEqual([operation.id, refusal])
    expect([operation.id, headers['x-ratelimit-limit']]).toEqual([operation.id, undefined])
  }
})
