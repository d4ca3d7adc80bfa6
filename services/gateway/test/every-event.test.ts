import { systemIds } from '@parley/core'
import {
  type Account,
  type Answer,
  contractAvailable,
  contractFile,
  eventFaults,
  eventQueue,
  type QueueEvent,
  smallPicture,
  testNetwork,
} from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'

// One change of each kind, so that every event that is published comes at least once with every field that it may have.
const elsewhere: Readonly<Record<string, string>> = {
  'attachment add': 'files',
  'attachment remove': 'files',
  'attachment update': 'files',
  has_zoom_token: 'calls',
  onboarding_steps: 'not built',
  push_device: 'push',
  realm_export: 'exports',
  realm_export_consent: 'exports',
  heartbeat: 'services/gateway/src/live/organisation.test.ts',
  'realm deactivated': 'services/auth/test/end-organisation.test.ts: who waits is told, nobody else can ask',
  muted_topics: 'deprecated: user_topic says the same, one topic at a time',
  'realm_user remove': 'decision 27: the queue begins anew instead',
  restart: 'queues outlive the gateways that serve them, so no client has anything to do',
  web_reload_client: 'no client is served from here',
}
const fieldsElsewhere: Readonly<Record<string, string>> = {
  'update_message.stream_name': 'not sent by the system that is compatible with any longer',
  'user_status.away': 'decision 58: who does not show when they are there does not show that',
}

const Published = z.object({
  events: z.array(
    z.object({
      type: z.string(),
      op: z.string().nullable(),
      schema: z.object({ properties: z.record(z.string(), z.unknown()) }),
    }),
  ),
})
const nameOf = ({ type, op }: { type: string; op?: string | null | undefined }): string =>
  op ? `${type} ${op}` : type
const int = (answer: Record<string, unknown>, name: string): number => z.int().parse(answer[name])
const capable = {
  apply_markdown: true,
  slim_presence: true,
  client_capabilities: {
    empty_topic_name: true,
    bulk_message_deletion: true,
    linkifier_url_template: true,
    stream_typing_notifications: true,
    archived_channels: true,
    include_deactivated_groups: true,
    simplified_presence_events: true,
  },
}

test.runIf(contractAvailable())(
  'every published event is sent, with all that it may say, and holds',
  async () => {
    await using network = await testNetwork()
    // Redis is shared, so this organisation has a number of its own.
    const number = 3_000_000 + (systemIds.bytes(3).readUIntBE(0, 3) % 1_000_000)
    await network.database.superuser(`ALTER SEQUENCE auth.org_ids RESTART WITH ${number}`)
    const org = await network.organisation()
    const { owner } = org
    const ann = await org.person('Ann')
    const ben = await org.person('Ben')
    const queues = [
      await eventQueue(owner, capable),
      await eventQueue(owner),
      await eventQueue(ann, capable),
      await eventQueue(ann),
    ]
    const events: QueueEvent[] = []
    // Read between the parts: who came and went between two polls hears of neither, and what is not kept waits for readers only.
    const read = async (): Promise<void> => {
      await network.settle()
      for (const queue of queues) events.push(...(await queue.rest()))
    }
    const people = { owner, ann, ben }
    await channels(people, read)
    await messages(people, queues[0]?.id ?? '')
    await read()
    await passing(people)
    for (const queue of queues)
      events.push(...(await queue.until((told) => told.some(({ type }) => type === 'presence'))))
    await ownThings(people)
    await organisation(people)
    await read()

    expect(events.flatMap(eventFaults)).toEqual([])
    const published = Published.parse(JSON.parse(contractFile('events.json'))).events
    const told = Map.groupBy(events, nameOf)
    const missing = new Set(published.map(nameOf).filter((name) => !told.has(name)))
    expect([...missing].toSorted()).toEqual(Object.keys(elsewhere).toSorted())
    const silent = published.flatMap((event) => {
      const all = told.get(nameOf(event)) ?? []
      return Object.keys(event.schema.properties)
        .filter((field) => all.length > 0 && !all.some((one) => field in one))
        .map((field) => `${nameOf(event)}.${field}`)
    })
    expect([...new Set(silent)].toSorted()).toEqual(Object.keys(fieldsElsewhere).toSorted())
  },
)

interface People {
  readonly owner: Account
  readonly ann: Account
  readonly ben: Account
}

async function channels({ owner, ann, ben }: People, read: () => Promise<void>): Promise<void> {
  const principals = [ann.id, owner.id]
  await owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'tea' }], principals })
  const id = int(await owner.ok('GET', '/get_stream_id', { stream: 'tea' }), 'stream_id')
  const here = `/streams/${id}`
  await ann.ok('POST', '/users/me/subscriptions/properties', {
    subscription_data: [{ stream_id: id, property: 'pin_to_top', value: true }],
  })
  await ben.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'tea' }] })
  await ben.ok('DELETE', '/users/me/subscriptions', { subscriptions: ['tea'] })
  await owner.ok('PATCH', here, { description: 'of every kind' })
  await owner.ok('PATCH', here, { is_private: true })
  await owner.ok('PATCH', here, { is_private: false })
  await owner.ok('POST', '/default_streams', { stream_id: id })
  const group = { group_name: 'drinks', description: '', stream_names: [] }
  await owner.ok('POST', '/default_stream_groups/create', group)
  const folder = await owner.ok('POST', '/channel_folders/create', { name: 'kitchen', description: '' })
  const folderId = int(folder, 'channel_folder_id')
  await owner.ok('PATCH', `/channel_folders/${folderId}`, { description: 'warm' })
  await owner.ok('PATCH', '/channel_folders', { order: [folderId] })
  await owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'cake' }], principals })
  const cake = int(await owner.ok('GET', '/get_stream_id', { stream: 'cake' }), 'stream_id')
  await read()
  await ann.ok('DELETE', '/users/me/subscriptions', { subscriptions: ['cake'] })
  await read()
  await owner.ok('PATCH', `/streams/${cake}`, { is_private: true })
}

async function messages({ owner, ann }: People, queue_id: string): Promise<void> {
  const to = { type: 'channel', to: 'tea', topic: 'green' }
  const say = async (content: string, more = {}): Promise<number> =>
    int(await owner.ok('POST', '/messages', { ...to, content, ...more }), 'id')
  const one = await say('hello', { queue_id, local_id: '7' })
  await owner.ok('POST', '/messages', { type: 'direct', to: [ann.id], content: 'hello' })
  for (const method of ['POST', 'DELETE'] as const)
    await ann.ok(method, `/messages/${one}/reactions`, { emoji_name: 'tada' })
  for (const op of ['add', 'remove'])
    await ann.ok('POST', '/messages/flags', { messages: [one], op, flag: 'read' })
  await owner.ok('PATCH', `/messages/${one}`, { content: 'hello there' })
  await owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'coffee' }] })
  const coffee = int(await owner.ok('GET', '/get_stream_id', { stream: 'coffee' }), 'stream_id')
  await owner.ok('PATCH', `/messages/${one}`, { stream_id: coffee, topic: 'black' })
  const poll = await say('/poll Which?')
  const vote = { message_id: poll, msg_type: 'widget' }
  await owner.ok('POST', '/submessage', {
    ...vote,
    content: JSON.stringify({ type: 'new_option', idx: 1, option: 'green' }),
  })
  await owner.ok('DELETE', `/messages/${await say('gone')}`)
}

/** What passes beside the log; presence comes last. */
async function passing({ owner, ann }: People): Promise<void> {
  const stream_id = int(await ann.ok('GET', '/get_stream_id', { stream: 'tea' }), 'stream_id')
  const sent = { type: 'channel', to: 'tea', topic: 'green', content: 'well' }
  const id = int(await owner.ok('POST', '/messages', sent), 'id')
  for (const op of ['start', 'stop']) {
    await owner.ok('POST', '/typing', { op, type: 'channel', stream_id, topic: 'green' })
    await owner.ok('POST', '/typing', { op, to: [ann.id] })
    await owner.ok('POST', `/messages/${id}/typing`, { op })
  }
  await ann.ok('POST', '/users/me/presence', { status: 'active' })
}

async function ownThings({ owner, ann, ben }: People): Promise<void> {
  const stream_id = int(await owner.ok('GET', '/get_stream_id', { stream: 'tea' }), 'stream_id')
  await owner.ok('POST', '/users/me/alert_words', { alert_words: ['tea'] })
  const draft = { type: 'stream', to: [stream_id], topic: 'green', content: 'not yet' }
  const made = await owner.ok('POST', '/drafts', { drafts: [draft] })
  const [draftId = 0] = z.array(z.int()).parse(made['ids'])
  await owner.ok('PATCH', `/drafts/${draftId}`, { draft: { ...draft, content: 'soon' } })
  await owner.ok('DELETE', `/drafts/${draftId}`)
  const snippet = await owner.ok('POST', '/saved_snippets', { title: 'a', content: 'b' })
  const snippetAt = `/saved_snippets/${int(snippet, 'saved_snippet_id')}`
  await owner.ok('PATCH', snippetAt, { title: 'c' })
  await owner.ok('DELETE', snippetAt)
  const at = { scheduled_delivery_timestamp: 4_000_000_000 }
  const later = await owner.ok('POST', '/scheduled_messages', {
    type: 'direct',
    to: [ann.id],
    content: 'x',
    ...at,
  })
  const laterAt = `/scheduled_messages/${int(later, 'scheduled_message_id')}`
  await owner.ok('PATCH', laterAt, { content: 'y' })
  await owner.ok('DELETE', laterAt)
  const about = int(await owner.ok('POST', '/messages', { type: 'direct', to: [ann.id], content: 'z' }), 'id')
  const reminder = await owner.ok('POST', '/reminders', { message_id: about, ...at })
  await owner.ok('DELETE', `/reminders/${int(reminder, 'reminder_id')}`)
  const view = { fragment: 'narrow/is/starred', is_pinned: true }
  const viewAt = `/navigation_views/${encodeURIComponent(view.fragment)}`
  await owner.ok('POST', '/navigation_views', view)
  await owner.ok('PATCH', viewAt, { is_pinned: false })
  await owner.ok('DELETE', viewAt)
  await owner.ok('POST', `/users/me/muted_users/${ben.id}`)
  await owner.ok('POST', '/user_topics', { stream_id, topic: 'green', visibility_policy: 1 })
  await owner.ok('POST', '/users/me/status', { status_text: 'at tea', emoji_name: 'coffee' })
  await owner.ok('PATCH', '/settings', { default_language: 'de' })
  const group = int(
    await owner.ok('POST', '/user_groups/create', { name: 'cooks', description: '', members: [ann.id] }),
    'group_id',
  )
  const groupAt = `/user_groups/${group}`
  await owner.ok('PATCH', groupAt, { description: 'who cook' })
  for (const change of [{ add: [ben.id] }, { delete: [ben.id] }])
    await owner.ok('POST', `${groupAt}/members`, change)
  for (const change of [{ add: [5] }, { delete: [5] }]) await owner.ok('POST', `${groupAt}/subgroups`, change)
  await owner.ok('POST', `${groupAt}/deactivate`)
}

async function organisation({ owner, ann, ben }: People): Promise<void> {
  const bot = int(await ann.ok('POST', '/bots', { full_name: 'Robbie', short_name: 'robbie' }), 'user_id')
  await owner.ok('PATCH', `/bots/${bot}`, { full_name: 'Robbie the Third' })
  await owner.ok('PATCH', `/bots/${bot}`, { bot_owner_id: ben.id })
  await owner.ok('PATCH', '/realm', { description: 'of tea' })
  await owner.ok('PATCH', '/realm', { name: 'Tea', allow_message_editing: false })
  await owner.ok('PATCH', '/realm/user_settings_defaults', { enter_sends: true })
  await owner.ok('POST', '/realm/domains', { domain: 'tea.example', allow_subdomains: false })
  await owner.ok('PATCH', '/realm/domains/tea.example', { allow_subdomains: true })
  await owner.ok('DELETE', '/realm/domains/tea.example')
  await owner.ok('POST', '/realm/filters', {
    pattern: '#(?P<id>[0-9]+)',
    url_template: 'https://x.example/{id}',
  })
  const playground = { name: 'Try', pygments_language: 'Rust', url_template: 'https://x.example/?c={code}' }
  await owner.ok('POST', '/realm/playgrounds', playground)
  await owner.ok('POST', '/realm/profile_fields', { field_type: 1, name: 'Motto' })
  const uploaded: Answer = await owner.upload('/realm/emoji/pot', [smallPicture])
  expect(uploaded.status).toBe(200)
  await owner.ok('POST', '/invites', { invitee_emails: 'new@tea.example', stream_ids: [] })
  await owner.ok('PATCH', `/users/${ben.id}`, { full_name: 'Benjamin' })
}
