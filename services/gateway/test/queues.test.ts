import {
  contractFaults,
  eventFaults,
  type Organisation,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2 } })
  org = await network.organisation()
}, 120_000)
afterAll(() => network?.[Symbol.asyncDispose](), 60_000)

const Events = z.object({
  events: z.array(z.looseObject({ id: z.int(), type: z.string() })),
  queue_id: z.string(),
})
const Registered = z.looseObject({ queue_id: z.string(), last_event_id: z.int() })
type Client = Organisation['owner']

async function register(client: Client, fields: Record<string, unknown> = {}) {
  const made = Registered.parse(await client.ok('POST', '/register', fields))
  const at = { queue_id: made.queue_id, last_event_id: made.last_event_id }
  return { made, at }
}
type At = Awaited<ReturnType<typeof register>>['at']

async function poll(client: Client, at: At, more: Record<string, unknown> = {}) {
  const { events } = Events.parse(await client.ok('GET', '/events', { ...at, ...more }))
  at.last_event_id = events.at(-1)?.id ?? at.last_event_id
  return events
}
const contentOf = (event: unknown): string =>
  z.object({ message: z.object({ content: z.string() }) }).parse(event).message.content

/** A channel of its own with these people in it. */
let channels = 0
async function channel(people: readonly Client[], more: Record<string, unknown> = {}): Promise<string> {
  const name = `channel ${++channels}`
  await org.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name }],
    principals: people.map((p) => p.id),
    ...more,
  })
  return name
}
const say = (who: Client, to: string, content: string) =>
  who.ok('POST', '/messages', { type: 'channel', to, topic: 't', content })

test('register answers with a snapshot and a queue that begins where it ends', async () => {
  const ada = await org.person('Ada Register')
  const { made, at } = await register(ada, {
    apply_markdown: true,
    client_capabilities: { empty_topic_name: true },
  })
  expect(contractFaults('POST', '/register', 200, made)).toEqual([])
  expect(made).toMatchObject({ zulip_feature_level: 372, full_name: 'Ada Register' })
  expect(await poll(ada, at, { dont_block: true })).toEqual([])
  const room = await channel([ada])
  await say(org.owner, room, 'hello **you**')
  const events = await poll(ada, at).then(async (first) => {
    const all = [...first]
    while (!all.some((e) => e.type === 'message')) all.push(...(await poll(ada, at)))
    return all
  })
  expect(events.flatMap((e) => eventFaults(e))).toEqual([])
  expect(contentOf(events.find((e) => e.type === 'message'))).toContain('<strong>you</strong>')
})

test('event types, narrow and rendering are the queue’s own', async () => {
  const ada = await org.person('Ada Filters')
  const [loud, quiet] = [await channel([ada]), await channel([ada])]
  const { at } = await register(ada, { event_types: ['message'], narrow: [['channel', quiet]] })
  await say(org.owner, loud, 'not this')
  await say(org.owner, quiet, '*this*')
  const [event, ...rest] = await poll(ada, at)
  expect([event && contentOf(event), rest]).toEqual(['*this*', []])
  const refused = await ada.post('/register', { narrow: [['search', 'x']] })
  expect([refused.status, refused.body['code']]).toEqual([400, 'BAD_REQUEST'])
})

test('any gateway serves any queue; a second poll ends the first', async () => {
  const ada = await org.person('Ada Moves')
  const there = org.client({ email: ada.email, apiKey: ada.apiKey, gateway: 2 })
  const room = await channel([ada])
  const { at } = await register(ada, { event_types: ['message'] })
  await say(org.owner, room, 'one')
  const read = async (client: Pick<Client, 'ok'>) => poll(client as Client, at)
  expect((await read(there)).map(contentOf)).toEqual(['one'])
  const first = ada.get('/events', at)
  const status = ada.get('/users/me')
  expect((await status).status).toBe(200)
  const second = ada.get('/events', at)
  expect((await first).body['events']).toEqual([])
  await say(org.owner, room, 'two')
  expect(Events.parse((await second).body).events.map(contentOf)).toEqual(['two'])
})

test('acknowledged again and again, events come again; ids outside the log are refused', async () => {
  const ada = await org.person('Ada Ids')
  const room = await channel([ada])
  const { at } = await register(ada, { event_types: ['message'] })
  await say(org.owner, room, 'again')
  for (const last_event_id of [at.last_event_id, -1, at.last_event_id]) {
    const { events } = Events.parse(await ada.ok('GET', '/events', { ...at, last_event_id }))
    expect(events.map(contentOf)).toEqual(['again'])
  }
  const ask = async (fields: Record<string, unknown>) => {
    const { status, body } = await ada.get('/events', { ...at, dont_block: true, ...fields })
    return [status, body['code']]
  }
  expect(await ask({ last_event_id: 1_000_000 })).toEqual([400, 'BAD_REQUEST'])
  expect(await ask({ last_event_id: 0 })).toEqual([400, 'BAD_REQUEST'])
  expect(await ask({ last_event_id: undefined })).toEqual([400, 'REQUEST_VARIABLE_MISSING'])
  expect(await ask({ last_event_id: -2 })).toEqual([400, 'REQUEST_VARIABLE_INVALID'])
})

test('WS-07 AC-10 a queue that is not there, not one’s own, or deleted', async () => {
  const [ada, bob] = [await org.person('Ada Own'), await org.person('Bob Other')]
  const { at } = await register(ada)
  const bad = { status: 400, body: { code: 'BAD_EVENT_QUEUE_ID', queue_id: at.queue_id } }
  expect(await bob.get('/events', at)).toMatchObject(bad)
  expect(await bob.delete('/events', { queue_id: at.queue_id })).toMatchObject(bad)
  expect(await ada.get('/events', { ...at, queue_id: 'x' })).toMatchObject({
    status: 400,
    body: { queue_id: 'x' },
  })
  const waiting = ada.get('/events', at)
  expect((await ada.get('/users/me')).status).toBe(200)
  const deleted = await ada.delete('/events', { queue_id: at.queue_id })
  expect(contractFaults('DELETE', '/events', 200, deleted.body)).toEqual([])
  expect([await waiting, await ada.delete('/events', { queue_id: at.queue_id })]).toMatchObject([bad, bad])
})

test('AC-05 what is said after a removal never comes, nor is what was said before it replayed', async () => {
  const [ada, bob] = [await org.person('Ada Removed'), await org.person('Bob Stays')]
  const room = await channel([ada, bob], { invite_only: true })
  const { at } = await register(ada, { event_types: ['message'] })
  const other = await register(bob, { event_types: ['message'] })
  await say(bob, room, 'before')
  await org.owner.delete('/users/me/subscriptions', { subscriptions: [room], principals: [ada.id] })
  await say(bob, room, 'after')
  expect((await poll(bob, other.at)).map(contentOf)[0]).toBe('before')
  expect(await poll(ada, at, { dont_block: true })).toEqual([])
})

test('AU-12 AU-13 a regenerated key and a deactivated account end polls at every gateway at once', async () => {
  const ada = await org.person('Ada Rotates')
  const { at } = await register(ada)
  const there = org.client({ email: ada.email, apiKey: ada.apiKey, gateway: 2 })
  const waiting = there.get('/events', at)
  expect((await there.get('/users/me')).status).toBe(200)
  const made = await ada.ok('POST', '/users/me/api_key/regenerate')
  expect((await waiting).status).toBe(401)
  for (const client of [ada, there])
    expect(await client.get('/events', at)).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } })
  const renewed = org.client({ email: ada.email, apiKey: z.string().parse(made['api_key']), gateway: 2 })
  const again = renewed.get('/events', at)
  expect((await renewed.get('/users/me')).status).toBe(200)
  await org.owner.delete(`/users/${ada.id}`)
  expect([(await again).status, (await renewed.get('/users/me')).status]).toEqual([401, 401])
})

test('TE-02 a queue and a key count in their own organisation alone', async () => {
  const other = await network.organisation()
  const { at } = await register(org.owner)
  expect((await other.owner.get('/events', at)).body['code']).toBe('BAD_EVENT_QUEUE_ID')
  const stranger = other.client({ email: org.owner.email, apiKey: org.owner.apiKey })
  expect((await stranger.get('/users/me')).status).toBe(401)
})

test('while NATS is away delivery goes on, and nothing comes twice after', async () => {
  const ada = await org.person('Ada Nats')
  const room = await channel([ada])
  const { at } = await register(ada, { event_types: ['message'] })
  // Waits before the event is made, so that only a comparison of heads can bring it.
  const waiting = poll(ada, at)
  expect((await ada.get('/users/me')).status).toBe(200)
  await network.nats.kill()
  await say(org.owner, room, 'without')
  expect((await waiting).map(contentOf)).toEqual(['without'])
  await network.nats.start()
  await say(org.owner, room, 'with')
  expect((await poll(ada, at)).map(contentOf)).toEqual(['with'])
}, 60_000)

test('a lease that was lost is taken anew, and delivery goes on', async () => {
  const ada = await org.person('Ada Lease')
  const room = await channel([ada])
  const { at } = await register(ada, { event_types: ['message'] })
  const waiting = poll(ada, at)
  expect((await ada.get('/users/me')).status).toBe(200)
  await network.database.superuser('DELETE FROM gateway.leases')
  await say(org.owner, room, 'on')
  expect((await waiting).map(contentOf)).toEqual(['on'])
  expect((await ada.get('/users/me')).status).toBe(200)
})

test.each(['partial', '"partial"', 'true', '"true"', 'false', '"false"'])(
  'register with include_subscribers=%s says who is in channels, or not',
  async (asked) => {
    const kim = await org.person(`Kim ${asked.replaceAll('"', 'Q')}`)
    const name = await channel([kim])
    const Subscriptions = z.object({
      subscriptions: z.array(z.object({ name: z.string(), subscribers: z.array(z.int()).optional() })),
    })
    const { made } = await register(kim, { include_subscribers: asked, fetch_event_types: ['subscription'] })
    const { subscriptions } = Subscriptions.parse(made)
    const of = subscriptions.find((one) => one.name === name)
    expect(of?.subscribers?.includes(kim.id) ?? false).toBe(!asked.includes('false'))
  },
)

test('a parameter `client` names the client of a request, whatever its User-Agent', async () => {
  const lou = await org.person('Lou Client')
  const name = await channel([lou])
  const fields = { type: 'channel', to: name, topic: 't', content: 'x' }
  const Sent = z.looseObject({ id: z.int() })
  const [plain, named] = [
    Sent.parse(await lou.ok('POST', '/messages', fields)),
    Sent.parse(await lou.ok('POST', '/messages', { ...fields, client: 'website' })),
  ]
  expect(named['ignored_parameters_unsupported']).toBeUndefined()
  const Clients = z.object({
    messages: z.array(z.object({ client: z.string(), flags: z.array(z.string()) })),
  })
  const list = await lou.ok('GET', '/messages', { message_ids: [plain.id, named.id] })
  expect(Clients.parse(list).messages).toMatchObject([
    { client: 'ParleyTest', flags: [] },
    { client: 'website', flags: ['read'] },
  ])
})

test('what one set for the nameless topic is told by the name that an older client knows', async () => {
  const max = await org.person('Max Nameless')
  const name = await channel([max])
  const { stream_id } = z
    .looseObject({ stream_id: z.int() })
    .parse(await max.ok('GET', '/get_stream_id', { stream: name }))
  const Set = z.object({ user_topics: z.array(z.object({ topic_name: z.string() })) })
  const Muted = z.object({ muted_topics: z.array(z.tuple([z.string(), z.string(), z.int()])) })
  for (const [known, topic] of [
    [false, 'general chat'],
    [true, ''],
  ] as const) {
    const asked = { client_capabilities: { empty_topic_name: known }, fetch_event_types: ['muted_topics'] }
    const set = { stream_id, topic: '' }
    await max.ok('POST', '/user_topics', { ...set, visibility_policy: 0 })
    const { at } = await register(max, asked)
    await max.ok('POST', '/user_topics', { ...set, visibility_policy: 1 })
    expect((await poll(max, at)).filter(({ type }) => type === 'user_topic').at(-1)).toMatchObject({
      topic_name: topic,
      visibility_policy: 1,
    })
    const { made } = await register(max, { ...asked, fetch_event_types: ['user_topic'] })
    expect(Set.parse(made).user_topics).toMatchObject([{ topic_name: topic }])
    const older = await register(max, asked)
    expect(Muted.parse(older.made).muted_topics.map(([, muted]) => muted)).toEqual([topic])
  }
})

test('a queue for messages alone hears by its narrow of public channels that its user is not in', async () => {
  const [ned, guest] = [await org.person('Ned Narrow'), await org.person('Gil Guest')]
  await org.owner.ok('PATCH', `/users/${guest.id}`, { role: 600 })
  const [open, other] = [await channel([]), await channel([])]
  const secret = await channel([], { invite_only: true })
  const only = { event_types: ['message'] }
  const heard = async (who: Client, fields: Record<string, unknown>): Promise<string[]> => {
    const { at } = await register(who, fields)
    for (const [to, content] of [
      [open, 'open'],
      [other, 'other'],
      [secret, 'secret'],
    ] as const)
      await say(org.owner, to, content)
    await org.owner.ok('POST', '/messages', { type: 'direct', to: [who.id], content: 'direct' })
    await network.settle()
    const events = await poll(who, at, { dont_block: true })
    return events.filter(({ type }) => type === 'message').map(contentOf)
  }
  expect(await heard(ned, { ...only, narrow: [['channel', open]] })).toEqual(['open'])
  expect(await heard(ned, { ...only, narrow: [['topic', 'T']] })).toEqual(['open', 'other'])
  expect(await heard(ned, { ...only, narrow: [['channel', secret]] })).toEqual([])
  // Who asks for more than messages, for what came to them, or for nothing in particular, is told of their own.
  expect(await heard(ned, { narrow: [['channel', open]] })).toEqual([])
  for (const narrow of [[['is', 'unread']], [{ operator: 'is', operand: 'mentioned', negated: true }], []])
    expect(await heard(ned, { ...only, narrow })).toEqual(['direct'])
  expect(await heard(ned, { ...only, narrow: [['dm', org.owner.email]] })).toEqual(['direct'])
  expect(await heard(guest, { ...only, narrow: [['channel', open]] })).toEqual([])
})
