import { type Operation, operations } from '@parley/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type ApiClient } from '@parley/testkit'
import { z } from 'zod'
import { type Person, scene, type Scene } from './product.ts'
import { sharedProduct } from './shared-product.ts'

// Every endpoint, called by those who should get nothing of it.
let stage: Scene
let other: Scene
let former: Person
let gone: Person
let stranger: Person
let guest: Person
interface Target {
  readonly name: string
  readonly channel: number
  readonly message: number
  readonly user: number
  readonly group: number
}
let hidden: Target
let shown: Target
const secret = 'sweep-canary-4711'
const open = 'sweep-canary-4712'

beforeAll(async () => {
  const product = sharedProduct()
  stage = await scene(product)
  other = await scene(product)
  former = await stage.person('Former Member')
  gone = await stage.person('Gone Member')
  stranger = await other.person('Some Stranger')
  guest = await stage.guest('Some Guest')
  // Public: for everybody but guests.
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: open, description: open }],
  })
  const said = await stage.owner.ok('POST', '/messages', {
    type: 'channel',
    to: open,
    topic: open,
    content: open,
  })
  const found = await stage.owner.ok('GET', '/get_stream_id', { stream: open })
  const owner = stage.org.owner.user_id
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: secret, description: secret }],
    invite_only: true,
    principals: [owner, former.id],
  })
  const sent = await stage.owner.ok('POST', '/messages', {
    type: 'channel',
    to: secret,
    topic: secret,
    content: secret,
  })
  await stage.owner.ok('DELETE', '/users/me/subscriptions', {
    subscriptions: [secret],
    principals: [former.id],
  })
  const channel = await stage.owner.ok('GET', '/get_stream_id', { stream: secret })
  await stage.owner.ok('DELETE', `/users/${gone.id}`)
  const named = { name: 'sweep group', description: '', members: [owner] }
  const group = await stage.owner.ok('POST', '/user_groups/create', named)
  const target = (name: string, from: Answer['body'], message: Answer['body']): Target => ({
    name,
    channel: z.int().parse(from['stream_id']),
    message: z.int().parse(message['id']),
    user: owner,
    group: z.int().parse(group['group_id']),
  })
  hidden = target(secret, channel, sent)
  shown = target(open, found, said)
}, 60_000)
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await other?.[Symbol.asyncDispose]()
})

const pathOf = (operation: Operation, ids: Target): string =>
  operation.path
    .replace('/api/v1', '')
    .replace('{message_id}', String(ids.message))
    .replace('{stream_id}', String(ids.channel))
    .replace('{channel_folder_id}', '1')
    .replace('{group_id}', '1')
    .replace('{draft_id}', '1')
    .replace('{field_id}', '1')
    .replace('{domain}', 'x.example')
    .replace('{invite_id}', '1')
    .replace('{playground_id}', '1')
    .replace('{filter_id}', '1')
    .replace('{emoji_name}', 'nobodys')
    .replace('{fragment}', 'inbox')
    .replace('{saved_snippet_id}', '1')
    .replace('{scheduled_message_id}', '1')
    .replace('{reminder_id}', '1')
    .replace('{muted_user_id}', String(ids.user))
    .replace('{user_id}', String(ids.user))
    .replace('{bot_id}', String(ids.user))
    .replace('{user_id_or_email}', String(ids.user))
    .replace('{user_group_id}', String(ids.group))

/** Values that point at the hidden channel, message and person, by the parameter's name. */
const pointing = (operation: Operation, ids: Target): Record<string, unknown> => {
  const values: Record<string, unknown> = {
    stream: ids.name,
    stream_id: ids.channel,
    type: 'channel',
    to: [ids.channel],
    topic: 'x',
    content: 'x',
    drafts: [{ type: 'stream', to: [ids.channel], topic: 'x', content: 'x' }],
    draft: { type: 'stream', to: [ids.channel], topic: 'x', content: 'x' },
    title: 'x',
    welcome_message_custom_text: 'x',
    alert_words: ['x'],
    field_type: 1,
    pygments_language: 'x',
    pattern: 'x',
    ordered_linkifier_ids: [],
    url_template: 'https://x.example/{code}',
    fragment: 'inbox',
    is_pinned: true,
    night: true,
    name: 'x',
    order: [],
    data: [],
    scheduled_delivery_timestamp: 4_000_000_000,
    message_id: ids.message,
    msg_type: 'widget',
    emoji_name: 'tada',
    topic_name: 'x',
    messages: [ids.message],
    message_ids: [ids.message],
    msg_ids: [ids.message],
    op: operation.path.endsWith('/typing') ? 'start' : 'add',
    flag: 'read',
    visibility_policy: 1,
    subscription_data: [{ stream_id: ids.channel, property: 'is_muted', value: true }],
    narrow: [{ operator: 'channel', operand: ids.channel }],
    anchor: 'newest',
    num_before: 10,
    num_after: 0,
    subscriptions: operation.method === 'DELETE' ? [ids.name] : [{ name: ids.name }],
    invitee_emails: 'swept@x.example',
    stream_ids: [ids.channel],
    group_ids: [ids.group],
    queue_id: '00000000-0000-4000-8000-000000000000',
    last_event_id: -1,
    include_subscribers: true,
    ...(operation.id === 'add-submessage' ? { content: '{"type":"strike","key":"0"}' } : {}),
    ...(operation.id === 'create-channel' ? { name: ids.name, subscribers: [ids.user] } : {}),
    ...(operation.id === 'update-subscriptions' ? { add: [{ name: ids.name }] } : {}),
  }
  return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(operation.params, name)))
}

const invoke = (client: ApiClient, operation: Operation, ids = hidden): Promise<Answer> => {
  const path = pathOf(operation, ids)
  const fields = pointing(operation, ids)
  if (operation.method === 'GET') return client.get(path, fields)
  if (operation.method === 'DELETE') return client.delete(path, fields)
  if (operation.method === 'PATCH') return client.patch(path, fields)
  if (operation.method === 'PUT') return client.put(path, fields)
  return client.post(path, fields)
}

const guarded = operations.filter((o) => o.access !== 'public' && !o.path.endsWith('/events/ws'))
const each = guarded.map((o): [string, Operation] => [`${o.method} ${o.path}`, o])

test.each(each)('%s says 401 to nobody and to a deactivated user', async (_, operation) => {
  const nobody = await invoke(stage.client({}), operation)
  expect([nobody.status, nobody.body['code']]).toEqual([401, 'UNAUTHORIZED'])
  expect(String(nobody.headers['www-authenticate'])).toContain('Basic')
  const deactivated = await invoke(gone, operation)
  expect([deactivated.status, deactivated.body['code']]).toEqual([401, 'UNAUTHORIZED'])
})

test.each(each)('TE-02 %s says 401 to a key of another organisation', async (_, operation) => {
  const foreign = stage.client({ email: stranger.email, apiKey: stranger.apiKey })
  expect((await invoke(foreign, operation)).status).toBe(401)
})

// Keys and sessions are one's own business; to take them away here would only make the rest answer 401.
const changesOwn = new Set(['regenerate-api-key', 'end-session', 'deactivate-own-user'])
// These make a channel of that name in one's own organisation: last.
const last = (o: Operation): number =>
  Number(['create-channel', 'subscribe', 'update-subscriptions'].includes(o.id))
const others = each.filter(([, o]) => !changesOwn.has(o.id)).toSorted(([, a], [, b]) => last(a) - last(b))

/** What an answer tells of a name, beside what the asker said themselves. */
const tells = (answer: Answer, name: string): boolean => {
  const echo = new RegExp(
    `"(stream|narrow|msg|channel_name|removed|not_removed|subscribed|already_subscribed|unauthorized)":[^\\]}]*${name}`,
  )
  return JSON.stringify(answer.body).replace(echo, '').includes(name)
}

test.each(others)(
  'AC-02 TE-01 %s shows a former member and a member of another organisation nothing of a private channel',
  async (_, operation) => {
    for (const who of [former, stranger]) {
      const answer = await invoke(who, operation)
      expect([answer.status >= 500, answer.status === 401]).toEqual([false, false])
      expect(tells(answer, secret)).toBe(false)
    }
  },
)

test.each(others)(
  'AC-09 %s shows a guest nothing of a public channel they are not in',
  async (_, operation) => {
    for (const target of [hidden, shown]) {
      const answer = await invoke(guest, operation, target)
      expect([answer.status >= 500, answer.status === 401]).toEqual([false, false])
      expect(tells(answer, target.name)).toBe(false)
    }
  },
)
