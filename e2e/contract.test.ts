import { type Operation, operations } from '@parley/api'
import {
  type Answer,
  type ApiClient,
  contractAvailable,
  contractFaults,
  eventFaults,
  smallPicture,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Person, scene, type Scene } from './product.ts'
import { sharedProduct } from './shared-product.ts'

// Each endpoint is called for real, with success and with an error; both answers are held against the contract.
let stage: Scene
let reader: Person
const covered = new Set<string>()
beforeAll(async () => {
  stage = await scene(sharedProduct())
  reader = await stage.person('Contract Reader')
}, 60_000)
afterAll(() => stage?.[Symbol.asyncDispose]())

async function holds(
  client: ApiClient,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  template: string,
  fields: Record<string, unknown>,
  path = template,
): Promise<Answer> {
  const answer = await (method === 'GET'
    ? client.get(path, fields)
    : method === 'POST'
      ? client.post(path, fields)
      : method === 'PATCH'
        ? client.patch(path, fields)
        : client.delete(path, fields))
  expect(answer.body).toMatchObject({ result: 'success' })
  expect(contractFaults(method, template, answer.status, answer.body)).toEqual([])
  covered.add(`${method} /api/v1${template}`)
  return answer
}
const int = (answer: Answer, name: string): number => z.int().parse(answer.body[name])

test.runIf(contractAvailable())('AC-16 success answers validate, endpoint by endpoint', async () => {
  const { owner } = stage
  await holds(stage.client({}), 'GET', '/server_settings', {})
  await holds(stage.client({}), 'POST', '/fetch_api_key', {
    username: reader.email,
    password: reader.password,
  })
  await holds(owner, 'POST', '/users', {
    email: 'new@example.com',
    full_name: 'New Person',
    password: 'Correct horse battery 9 staple',
  })
  await holds(owner, 'GET', '/users', {})
  await holds(reader, 'GET', '/users/me', {})
  await holds(reader, 'GET', '/users/{user_id}', {}, `/users/${reader.id}`)
  await holds(owner, 'POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'contract' }],
    principals: [reader.id, stage.org.owner.user_id],
  })
  await holds(reader, 'GET', '/users/me/subscriptions', { include_subscribers: true })
  await holds(reader, 'GET', '/streams', {})
  const stream = int(await holds(reader, 'GET', '/get_stream_id', { stream: 'contract' }), 'stream_id')
  await holds(reader, 'GET', '/streams/{stream_id}', {}, `/streams/${stream}`)
  await holds(reader, 'GET', '/streams/{stream_id}/members', {}, `/streams/${stream}/members`)
  const queue = await holds(reader, 'POST', '/register', {
    client_capabilities: {
      notification_settings_null: true,
      user_settings_object: true,
      empty_topic_name: true,
    },
    include_subscribers: true,
  })
  const sent = await holds(owner, 'POST', '/messages', {
    type: 'channel',
    to: 'contract',
    topic: 'shapes',
    content: '@**Contract Reader** and *all*',
  })
  await holds(owner, 'POST', '/messages', { type: 'direct', to: [reader.id], content: 'hello there' })
  const message = int(sent, 'id')
  await holds(reader, 'GET', '/messages', {
    anchor: 'newest',
    num_before: 20,
    num_after: 0,
    apply_markdown: true,
  })
  await holds(reader, 'GET', '/messages/{message_id}', {}, `/messages/${message}`)
  await holds(reader, 'POST', '/messages/flags', { messages: [message], op: 'add', flag: 'starred' })
  await holds(reader, 'POST', '/messages/flags', { messages: [message], op: 'add', flag: 'read' })
  await holds(reader, 'POST', '/messages/flags', { messages: [message], op: 'remove', flag: 'read' })
  await holds(reader, 'POST', '/messages/render', { content: '**x**' })
  await holds(reader, 'GET', '/users/me/{stream_id}/topics', {}, `/users/me/${stream}/topics`)
  await changeMessages(stream, message)
  await holds(owner, 'DELETE', '/users/me/subscriptions', {
    subscriptions: ['contract'],
    principals: [reader.id],
  })
  const { queue_id, last_event_id } = queue.body
  const events: unknown[] = []
  let last = z.int().parse(last_event_id)
  const types = (): unknown[] => events.map((event) => z.looseObject({ type: z.string() }).parse(event).type)
  while (!types().includes('subscription')) {
    const polled = await holds(reader, 'GET', '/events', { queue_id, last_event_id: last })
    const got = z.array(z.looseObject({ id: z.int() })).parse(polled.body['events'])
    events.push(...got)
    last = got.at(-1)?.id ?? last
  }
  await holds(reader, 'DELETE', '/events', { queue_id })
  expect(events.flatMap(eventFaults)).toEqual([])
  expect(types()).toEqual(expect.arrayContaining(['message', 'update_message_flags', 'subscription']))
  const group = int(
    await holds(owner, 'POST', '/user_groups/create', {
      name: 'contract',
      description: 'who signs',
      members: [reader.id],
      can_leave_group: { direct_members: [reader.id], direct_subgroups: [6] },
    }),
    'group_id',
  )
  const ofGroup = '/user_groups/{user_group_id}'
  const here = `/user_groups/${group}`
  await holds(reader, 'GET', '/user_groups', { include_deactivated_groups: true })
  await holds(
    owner,
    'PATCH',
    ofGroup,
    { description: 'who signed', can_join_group: { new: 3, old: 8 } },
    here,
  )
  await holds(owner, 'POST', `${ofGroup}/members`, { delete: [reader.id] }, `${here}/members`)
  await holds(reader, 'GET', `${ofGroup}/members`, { direct_member_only: true }, `${here}/members`)
  await holds(reader, 'GET', `${ofGroup}/members/{user_id}`, {}, `${here}/members/${reader.id}`)
  await holds(owner, 'POST', `${ofGroup}/subgroups`, { add: [5] }, `${here}/subgroups`)
  await holds(reader, 'GET', `${ofGroup}/subgroups`, {}, `${here}/subgroups`)
  await holds(owner, 'POST', `${ofGroup}/deactivate`, {}, `${here}/deactivate`)
  const doomed = await stage.person('Doomed Person')
  await holds(
    owner,
    'PATCH',
    '/users/{user_id}',
    { full_name: 'Doomed Moderator', role: 300 },
    `/users/${doomed.id}`,
  )
  await holds(owner, 'DELETE', '/users/{user_id}', {}, `/users/${doomed.id}`)
  await holds(owner, 'POST', '/users/{user_id}/reactivate', {}, `/users/${doomed.id}/reactivate`)
  await holds(reader, 'PATCH', '/settings', { enter_sends: true })
  await holds(owner, 'PATCH', '/realm/user_settings_defaults', { enter_sends: true })
  await holds(owner, 'POST', '/realm/test_welcome_bot_custom_message', { welcome_message_custom_text: 'Hi' })
  await changeChannel(stream)
  await keepTexts(stream)
  const leaver = await stage.person('Leaving Person')
  await holds(leaver, 'DELETE', '/users/me', {})
})

async function changeMessages(channel: number, message: number): Promise<void> {
  const { owner } = stage
  const one = '/messages/{message_id}'
  const here = `/messages/${message}`
  const narrow = [{ operator: 'channel', operand: channel }]
  const thumb = { emoji_name: '+1' }
  await holds(reader, 'POST', `${one}/reactions`, thumb, `${here}/reactions`)
  await holds(reader, 'DELETE', `${one}/reactions`, thumb, `${here}/reactions`)
  await holds(owner, 'POST', '/typing', { op: 'start', to: [reader.id] })
  await holds(owner, 'POST', '/typing', { op: 'stop', type: 'channel', stream_id: channel, topic: 'shapes' })
  await holds(owner, 'POST', `${one}/typing`, { op: 'start' }, `${here}/typing`)
  await holds(owner, 'PATCH', one, { content: 'changed', topic: 'other shapes' }, here)
  await holds(reader, 'GET', `${one}/history`, {}, `${here}/history`)
  await owner.ok('PATCH', '/realm', { enable_read_receipts: true })
  await holds(reader, 'GET', `${one}/read_receipts`, {}, `${here}/read_receipts`)
  await owner.ok('POST', '/channels/create', {
    name: 'contract moderation',
    subscribers: [stage.org.owner.user_id],
    invite_only: true,
  })
  const moderation = int(await owner.get('/get_stream_id', { stream: 'contract moderation' }), 'stream_id')
  await owner.ok('PATCH', '/realm', { moderation_request_channel_id: moderation })
  await holds(
    reader,
    'POST',
    `${one}/report`,
    { report_type: 'spam', description: 'again' },
    `${here}/report`,
  )
  const search = { operator: 'search', operand: 'changed' }
  await holds(reader, 'GET', '/messages/matches_narrow', { msg_ids: [message], narrow: [...narrow, search] })
  const range = { anchor: 'newest', num_before: 9, num_after: 0 }
  await holds(reader, 'POST', '/messages/flags/narrow', { ...range, narrow, op: 'add', flag: 'read' })
  await holds(reader, 'POST', '/mark_topic_as_read', { stream_id: channel, topic_name: 'other shapes' })
  await holds(reader, 'POST', '/mark_stream_as_read', { stream_id: channel })
  await holds(reader, 'POST', '/mark_all_as_read', {})
  await holds(owner, 'DELETE', one, {}, here)
  await owner.ok('POST', '/messages', { type: 'channel', to: channel, topic: 'brief', content: 'x' })
  const topic = '/streams/{stream_id}/delete_topic'
  await holds(owner, 'POST', topic, { topic_name: 'brief' }, `/streams/${channel}/delete_topic`)
}

async function changeChannel(channel: number): Promise<void> {
  const { owner } = stage
  const one = '/streams/{stream_id}'
  const folder = await holds(owner, 'POST', '/channel_folders/create', { name: 'shapes', description: '' })
  const folder_id = int(folder, 'channel_folder_id')
  const oneFolder = '/channel_folders/{channel_folder_id}'
  await holds(owner, 'PATCH', oneFolder, { description: 'all of them' }, `/channel_folders/${folder_id}`)
  await holds(owner, 'PATCH', '/channel_folders', { order: [folder_id] })
  await holds(reader, 'GET', '/channel_folders', {})
  await holds(owner, 'PATCH', one, { folder_id }, `/streams/${channel}`)
  const address = `/streams/${channel}/email_address`
  await holds(reader, 'GET', '/streams/{stream_id}/email_address', {}, address)
  const made = { name: 'contract made', subscribers: [reader.id] }
  await holds(owner, 'POST', '/channels/create', made)
  const both = { delete: [made.name], add: [{ name: 'contract' }] }
  await holds(reader, 'PATCH', '/users/me/subscriptions', both)
  await holds(owner, 'PATCH', one, { description: 'where shapes are tried' }, `/streams/${channel}`)
  await holds(owner, 'POST', '/default_streams', { stream_id: channel })
  const subscription_data = [{ stream_id: channel, property: 'pin_to_top', value: true }]
  await holds(owner, 'POST', '/users/me/subscriptions/properties', { subscription_data })
  const topic = { stream_id: channel, topic: 'shapes' }
  await holds(owner, 'POST', '/user_topics', { ...topic, visibility_policy: 3 })
  await holds(owner, 'PATCH', '/users/me/subscriptions/muted_topics', { ...topic, op: 'add' })
  await holds(owner, 'POST', '/users/me/status', { status_text: 'at lunch', emoji_name: 'coffee' })
  await holds(owner, 'GET', '/users/{user_id}/status', {}, `/users/${reader.id}/status`)
  await holds(reader, 'POST', '/users/me/presence', { status: 'active', slim_presence: true })
  await holds(owner, 'GET', '/realm/presence', {})
  await holds(owner, 'GET', '/users/{user_id_or_email}/presence', {}, `/users/${reader.id}/presence`)
  const reason = { status_text: 'away' }
  await holds(owner, 'POST', '/users/{user_id}/status', reason, `/users/${reader.id}/status`)
  const playground = { name: 'Try', pygments_language: 'Rust', url_template: 'https://x.example/?c={code}' }
  const tried = int(await holds(owner, 'POST', '/realm/playgrounds', playground), 'id')
  await holds(owner, 'DELETE', '/realm/playgrounds/{playground_id}', {}, `/realm/playgrounds/${tried}`)
  const invitation = { invitee_emails: 'shapes@new.example', stream_ids: [channel] }
  await holds(owner, 'POST', '/invites', invitation)
  await holds(owner, 'POST', '/invites/multiuse', { stream_ids: [channel], invite_expires_in_minutes: null })
  const invited = await holds(owner, 'GET', '/invites', {})
  const Listed = z.array(z.looseObject({ id: z.int(), is_multiuse: z.boolean() }))
  for (const { id, is_multiuse: link } of Listed.parse(invited.body['invites'])) {
    if (!link) await holds(owner, 'POST', '/invites/{invite_id}/resend', {}, `/invites/${id}/resend`)
    const kind = link ? '/multiuse' : ''
    await holds(owner, 'DELETE', `/invites${kind}/{invite_id}`, {}, `/invites${kind}/${id}`)
  }
  const linkifier = { pattern: '#(?P<id>[0-9]+)', url_template: 'https://x.example/{id}' }
  const linked = int(await holds(owner, 'POST', '/realm/filters', linkifier), 'id')
  await holds(owner, 'PATCH', '/realm/filters/{filter_id}', linkifier, `/realm/filters/${linked}`)
  await holds(owner, 'PATCH', '/realm/linkifiers', { ordered_linkifier_ids: [linked] })
  await holds(reader, 'GET', '/realm/linkifiers', {})
  await holds(owner, 'DELETE', '/realm/filters/{filter_id}', {}, `/realm/filters/${linked}`)
  const emoji = '/realm/emoji/{emoji_name}'
  const added = await owner.upload('/realm/emoji/contract', [smallPicture])
  expect(contractFaults('POST', emoji, added.status, added.body)).toEqual([])
  covered.add(`POST /api/v1${emoji}`)
  await holds(reader, 'GET', '/realm/emoji', {})
  await holds(owner, 'DELETE', emoji, {}, '/realm/emoji/contract')
  const view = { fragment: 'narrow/is/starred', is_pinned: true }
  const viewed = `/navigation_views/${encodeURIComponent(view.fragment)}`
  await holds(owner, 'POST', '/navigation_views', view)
  await holds(owner, 'PATCH', '/navigation_views/{fragment}', { is_pinned: false }, viewed)
  await holds(owner, 'GET', '/navigation_views', {})
  await holds(owner, 'DELETE', '/navigation_views/{fragment}', {}, viewed)
  const fields = '/realm/profile_fields'
  const field = int(await holds(owner, 'POST', fields, { field_type: 1, name: 'Motto', hint: 'x' }), 'id')
  await holds(owner, 'GET', fields, {})
  await holds(owner, 'PATCH', fields, { order: [field] })
  await owner.ok('PATCH', `${fields}/${field}`, { required: true })
  await owner.ok('PATCH', '/users/me/profile_data', { data: [{ id: field, value: '**shapes**' }] })
  await holds(reader, 'GET', '/users', { include_custom_profile_fields: true })
  await holds(owner, 'GET', '/users/me', {})
  await owner.ok('DELETE', '/users/me/profile_data', { data: [field] })
  await owner.ok('DELETE', `${fields}/${field}`)
  const words = { alert_words: ['shapes'] }
  for (const method of ['POST', 'DELETE'] as const) await holds(owner, method, '/users/me/alert_words', words)
  await holds(owner, 'GET', '/users/me/alert_words', {})
  const muted = `/users/me/muted_users/${reader.id}`
  await holds(owner, 'POST', '/users/me/muted_users/{muted_user_id}', {}, muted)
  await holds(owner, 'DELETE', '/users/me/muted_users/{muted_user_id}', {}, muted)
  const status = `/users/${reader.id}/subscriptions/${channel}`
  await holds(owner, 'GET', '/users/{user_id}/subscriptions/{stream_id}', {}, status)
  await holds(owner, 'GET', '/users/{user_id}/channels', {}, `/users/${reader.id}/channels`)
  await holds(owner, 'DELETE', '/default_streams', { stream_id: channel })
  await holds(owner, 'DELETE', one, {}, `/streams/${channel}`)
}

async function keepTexts(channel: number): Promise<void> {
  const draft = { type: 'stream', to: [channel], topic: 'shapes', content: 'not yet' }
  const made = await holds(reader, 'POST', '/drafts', { drafts: [draft] })
  const [id = 0] = z.array(z.int()).parse(made.body['ids'])
  await holds(reader, 'GET', '/drafts', {})
  await holds(reader, 'PATCH', '/drafts/{draft_id}', { draft }, `/drafts/${id}`)
  await holds(reader, 'DELETE', '/drafts/{draft_id}', {}, `/drafts/${id}`)
  const own = await holds(reader, 'POST', '/messages', { type: 'direct', to: [reader.id], content: 'mine' })
  const at = { scheduled_delivery_timestamp: 4_000_000_000 }
  const later = { type: 'direct', to: [reader.id], content: 'later', ...at }
  const due = int(await holds(reader, 'POST', '/scheduled_messages', later), 'scheduled_message_id')
  const scheduled = '/scheduled_messages/{scheduled_message_id}'
  await holds(reader, 'GET', '/scheduled_messages', {})
  await holds(reader, 'PATCH', scheduled, { content: 'later still' }, `/scheduled_messages/${due}`)
  await holds(reader, 'DELETE', scheduled, {}, `/scheduled_messages/${due}`)
  const note = { message_id: int(own, 'id'), ...at, note: 'answer this' }
  const reminder = int(await holds(reader, 'POST', '/reminders', note), 'reminder_id')
  await holds(reader, 'GET', '/reminders', {})
  await holds(reader, 'DELETE', '/reminders/{reminder_id}', {}, `/reminders/${reminder}`)
  const saved = await holds(reader, 'POST', '/saved_snippets', { title: 'Greeting', content: 'hello' })
  const one = '/saved_snippets/{saved_snippet_id}'
  const here = `/saved_snippets/${int(saved, 'saved_snippet_id')}`
  await holds(reader, 'GET', '/saved_snippets', {})
  await holds(reader, 'PATCH', one, { title: 'Welcome' }, here)
  await holds(reader, 'DELETE', one, {}, here)
}

test.runIf(contractAvailable())('no endpoint that the contract knows is left out above', () => {
  const known = (o: Operation): boolean =>
    !o.path.includes('/parley/') &&
    contractFaults(o.method, o.path.replace('/api/v1', ''), 599, { result: 'error', msg: 'x', code: 'x' })
      .length === 0
  expect(
    operations
      .filter(known)
      .map((o) => `${o.method} ${o.path}`)
      .filter((name) => !covered.has(name)),
  ).toEqual([])
})

test.runIf(contractAvailable())('errors have the documented shape and code', async () => {
  const queue = '00000000-0000-4000-8000-000000000000'
  const group = { name: 'mistaken', description: '', members: [] }
  const mistaken = int(await stage.owner.post('/user_groups/create', group), 'group_id')
  await stage.owner.ok('POST', '/channels/create', { name: 'contract errors', subscribers: [] })
  const cases: [Promise<Answer>, string, string, string][] = [
    [
      stage.client({}).post('/fetch_api_key', { username: reader.email, password: 'wrong' }),
      'POST',
      '/fetch_api_key',
      'AUTHENTICATION_FAILED',
    ],
    [stage.client({}).get('/users/me'), 'GET', '/users/me', 'UNAUTHORIZED'],
    [reader.get('/events', { queue_id: queue, last_event_id: -1 }), 'GET', '/events', 'BAD_EVENT_QUEUE_ID'],
    [reader.delete('/events', { queue_id: queue }), 'DELETE', '/events', 'BAD_EVENT_QUEUE_ID'],
    [reader.get('/get_stream_id', {}), 'GET', '/get_stream_id', 'REQUEST_VARIABLE_MISSING'],
    [reader.get('/get_stream_id', { stream: 'nowhere' }), 'GET', '/get_stream_id', 'BAD_REQUEST'],
    [
      reader.post('/messages', { type: 'channel', to: 'nowhere', topic: 'x', content: 'x' }),
      'POST',
      '/messages',
      'STREAM_DOES_NOT_EXIST',
    ],
    [
      reader.get('/messages', {
        anchor: 'newest',
        num_before: 1,
        num_after: 0,
        narrow: [{ operator: 'nonsense', operand: 1 }],
      }),
      'GET',
      '/messages',
      'BAD_NARROW',
    ],
    [
      reader.post('/messages/flags', { messages: ['x'], op: 'add', flag: 'read' }),
      'POST',
      '/messages/flags',
      'REQUEST_VARIABLE_INVALID',
    ],
    [
      reader.post('/users', { email: 'x@example.com', full_name: 'X', password: 'Correct horse battery 9' }),
      'POST',
      '/users',
      'UNAUTHORIZED_PRINCIPAL',
    ],
    [
      reader.post('/scheduled_messages', {
        type: 'channel',
        to: 999_999,
        topic: 'x',
        content: 'x',
        scheduled_delivery_timestamp: 4_000_000_000,
      }),
      'POST',
      '/scheduled_messages',
      'STREAM_DOES_NOT_EXIST',
    ],
    [
      reader.delete('/users/me/subscriptions', { subscriptions: ['nowhere'] }),
      'DELETE',
      '/users/me/subscriptions',
      'STREAM_DOES_NOT_EXIST',
    ],
    [stage.owner.delete('/users/me', {}), 'DELETE', '/users/me', 'CANNOT_DEACTIVATE_LAST_USER'],
    [
      stage.owner.post('/invites', { invitee_emails: reader.email, stream_ids: [] }),
      'POST',
      '/invites',
      'INVITATION_FAILED',
    ],
    [
      stage.owner.patch(`/user_groups/${mistaken}`, {
        can_join_group: { new: 3, old: 4 },
      }),
      'PATCH',
      '/user_groups/{user_group_id}',
      'EXPECTATION_MISMATCH',
    ],
    [
      stage.owner.post('/channels/create', { name: 'contract errors', subscribers: [] }),
      'POST',
      '/channels/create',
      'CHANNEL_ALREADY_EXISTS',
    ],
    [
      reader.post('/messages', { type: 'channel', to: 'x', topic: 'x', subject: 'y', content: 'x' }),
      'POST',
      '/messages',
      'REQUEST_CONFUSING_VAR',
    ],
  ]
  for (const [made, method, path, code] of cases) {
    const answer = await made
    expect([path, answer.body['code']]).toEqual([path, code])
    expect(contractFaults(method, path, answer.status, answer.body)).toEqual([])
  }
})

test('the API describes exactly the endpoints that are built', async () => {
  const { openapi } = await stage.client({}).ok('GET', '/parley/openapi')
  const { paths } = z
    .object({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(openapi)
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.toSorted()).toEqual(operations.map((o) => `${o.method} ${o.path}`).toSorted())
})
