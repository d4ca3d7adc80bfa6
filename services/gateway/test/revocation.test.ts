import { closeCode, reactivateOrganisation } from '@parley/api'
import {
  type Account,
  type ApiClient,
  basicHeader,
  contentsOf,
  eventQueue,
  type EventQueue,
  eventSocket,
  expectSnapshotEqual,
  type OpenSocket,
  type Organisation,
  saying,
  secretIn,
  signIn,
  type TestNetwork,
  testNetwork,
  testPassword,
} from '@parley/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const gateways = [1, 2, 3] as const
const messages = { event_types: ['message'] }
const wholeState = {
  include_subscribers: true,
  client_capabilities: { empty_topic_name: true, bulk_message_deletion: true, linkifier_url_template: true },
}
let network: TestNetwork
let org: Organisation
let bob: Account
let made = 0

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 3 } })
  org = await network.organisation()
  bob = await org.person('Bob')
})
afterAll(() => network[Symbol.asyncDispose]())

const somebody = (): Promise<Account> => org.person(`Ada ${++made}`)
const everywhere = (who: { email: string; apiKey: string }): ApiClient[] =>
  gateways.map((gateway) => org.client({ email: who.email, apiKey: who.apiKey, gateway }))
const say = (to: string, content: string) =>
  bob.ok('POST', '/messages', { type: 'channel', to, topic: 'plans', content })
const open = (queue: EventQueue, gateway: number, headers: Record<string, string>): Promise<OpenSocket> =>
  eventSocket({ url: org.url, ca: network.ca, gateway, queueId: queue.id, lastEventId: queue.last, headers })

/** A poll of each client, waiting for what never comes. */
async function hanging(clients: readonly ApiClient[]): Promise<{ answers: Promise<number[]> }> {
  const queues = await Promise.all(clients.map((client) => eventQueue(client, messages)))
  const answers = clients.map(async (client, i) => {
    const { status } = await client.get('/events', {
      queue_id: queues[i]?.id,
      last_event_id: queues[i]?.last,
    })
    return status
  })
  // Answered after the polls arrived, so that they wait, or come upon the revocation while they begin.
  await Promise.all(clients.map((client) => client.ok('GET', '/users/me')))
  return { answers: Promise.all(answers) }
}

async function opensNothing(clients: readonly ApiClient[], queue: EventQueue): Promise<void> {
  for (const client of clients) {
    const answers = await Promise.all([
      client.get('/users/me'),
      client.get('/messages', { anchor: 'newest', num_before: 1, num_after: 0 }),
      client.post('/register'),
      client.get('/events', { queue_id: queue.id, last_event_id: queue.last, dont_block: true }),
      client.post('/messages', { type: 'direct', to: [bob.id], content: 'still here?' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
  }
}

describe.each([
  ['with NATS', async () => {}, async () => {}],
  ['without NATS', () => network.nats.kill(), () => network.nats.start()],
])('%s', (_, before, after) => {
  beforeAll(before)
  afterAll(after)

  test('who was taken out of a private channel hears nothing more of it, at any gateway', async () => {
    const ada = await somebody()
    const channel = `Board ${made}`
    await bob.ok('POST', '/users/me/subscriptions', {
      subscriptions: [{ name: channel }],
      principals: [ada.id, bob.id],
      invite_only: true,
    })
    const idBefore = z.int().parse((await say(channel, 'before'))['id'])
    const clients = everywhere(ada)
    const polled = await Promise.all(clients.map((client) => eventQueue(client, messages)))
    const socketed = await Promise.all(clients.map((client) => eventQueue(client, messages)))
    const sockets = await Promise.all(
      gateways.map((gateway, i) => open(socketed[i] ?? never(), gateway, basicHeader(ada))),
    )
    const polls = Promise.all(polled.map((queue) => queue.until(saying('the end'))))

    await bob.ok('DELETE', '/users/me/subscriptions', { subscriptions: [channel], principals: [ada.id] })
    const idAfter = z.int().parse((await say(channel, 'after'))['id'])
    for (const client of clients) {
      for (const id of [idBefore, idAfter])
        expect((await client.get(`/messages/${id}`)).body).toMatchObject({ code: 'BAD_REQUEST' })
      const narrow = [['channel', channel]]
      const history = await client.get('/messages', { anchor: 'newest', num_before: 9, num_after: 0, narrow })
      expect(JSON.stringify(history.body)).not.toMatch(/before|after/)
      const feed = await client.ok('GET', '/messages', { anchor: 'newest', num_before: 9, num_after: 0 })
      expect(feed['messages']).toEqual([])
      const refused = await client.post('/messages', {
        type: 'channel',
        to: channel,
        topic: 't',
        content: 'x',
      })
      expect(refused.status).toBe(400)
      const late = await eventQueue(client, {})
      expect(JSON.stringify(late.state)).not.toContain(channel)
    }
    await bob.ok('POST', '/messages', { type: 'direct', to: [ada.id], content: 'the end' })
    expect((await polls).map(contentsOf)).toEqual(gateways.map(() => ['the end']))
    for (const socket of sockets) {
      await socket.until(saying('the end'))
      expect(socket.contents()).toEqual(['the end'])
      socket[Symbol.dispose]()
    }
  })

  test('amid a burst of messages, nothing comes from after the removal until one is back', async () => {
    const ada = await somebody()
    const name = `Burst ${made}`
    const add = (people: readonly Account[]) =>
      bob.ok('POST', '/users/me/subscriptions', {
        subscriptions: [{ name }],
        principals: people.map((person) => person.id),
        invite_only: true,
        history_public_to_subscribers: false,
        // Nothing is to be heard from outside the channel.
        send_new_subscription_messages: false,
      })
    await add([bob, ada])
    const clients = everywhere(ada)
    const both = { event_types: ['message', 'subscription'] }
    const queues = await Promise.all(clients.map((client) => eventQueue(client, both)))
    const sockets = await Promise.all(
      clients.map(async (client, i) => open(await eventQueue(client, both), i + 1, basicHeader(ada))),
    )
    const polls = clients.map((client, i) => queues[i]?.until(saying('the end'), client) ?? never())
    const late: Promise<unknown>[] = []
    for (let round = 0; round < 5; round++) {
      const burst = Array.from({ length: 10 }, (_, i) => say(name, `${round} burst ${i}`))
      await bob.ok('DELETE', '/users/me/subscriptions', { subscriptions: [name], principals: [ada.id] })
      late.push(...burst, say(name, `${round} late`))
      await late.at(-1)
      await add([ada])
      await say(name, `${round} back`)
    }
    await Promise.all(late)
    await bob.ok('POST', '/messages', { type: 'direct', to: [ada.id], content: 'the end' })
    const read = await Promise.all(polls)
    for (const socket of sockets) await socket.until(saying('the end'))
    for (const events of [...read, ...sockets.map((socket) => socket.events)]) {
      const outside: string[] = []
      let inside = true
      for (const event of events) {
        if (event.type === 'subscription' && event.op !== undefined && ['add', 'remove'].includes(event.op))
          inside = event.op === 'add'
        if (!inside) outside.push(...contentsOf([event]))
      }
      expect(outside.filter((content) => content !== 'the end')).toEqual([])
      const contents = contentsOf(events)
      expect(contents.filter((content) => content.endsWith('late'))).toEqual([])
      expect(new Set(contents).size).toBe(contents.length)
      expect(contents.at(-1)).toBe('the end')
    }
    for (const socket of sockets) socket[Symbol.dispose]()
  })

  test('a deactivated account: waiting polls and sockets end, nothing opens any more', async () => {
    const ada = await somebody()
    const clients = everywhere(ada)
    const queue = await eventQueue(ada, messages)
    const sockets = await Promise.all(
      clients.map(async (client, i) => open(await eventQueue(client, messages), i + 1, basicHeader(ada))),
    )
    const polls = await hanging(clients)
    await org.owner.ok('DELETE', `/users/${ada.id}`)
    await opensNothing(clients, queue)
    expect(await polls.answers).toEqual([401, 401, 401])
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(
      gateways.map(() => closeCode.revoked),
    )
    const signIn = await org.client().post('/fetch_api_key', { username: ada.email, password: testPassword })
    expect(signIn.body['code']).toBe('USER_DEACTIVATED')
  })

  test('a regenerated key: the old one opens nothing, the new one everything', async () => {
    const ada = await somebody()
    const clients = everywhere(ada)
    const queue = await eventQueue(ada, messages)
    const sockets = await Promise.all(
      clients.map(async (client, i) => open(await eventQueue(client, messages), i + 1, basicHeader(ada))),
    )
    const polls = await hanging(clients)
    const { api_key } = await ada.ok('POST', '/users/me/api_key/regenerate')
    await opensNothing(clients, queue)
    expect(await polls.answers).toEqual([401, 401, 401])
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(
      gateways.map(() => closeCode.revoked),
    )
    const renewed = everywhere({ email: ada.email, apiKey: z.string().parse(api_key) })
    for (const client of renewed) expect(await queue.rest(client)).toEqual([])
  })

  test('an organisation that goes out of use: whatever waits in it ends, nothing opens any more, and others go on', async () => {
    const own = await network.organisation()
    const people = [own.owner, await own.person('Ada')]
    const clients = people.flatMap(({ email, apiKey }) =>
      gateways.map((gateway) => own.client({ email, apiKey, gateway })),
    )
    const queue = await eventQueue(people[1] ?? never(), messages)
    const everything = await eventQueue(people[1] ?? never(), {})
    const said = everything.until((events) => events.some(({ type }) => type === 'realm'))
    const sockets = await Promise.all(
      people.flatMap((who) =>
        gateways.map(async (gateway) => {
          const { id, last } = await eventQueue(own.client({ ...who, gateway }), messages)
          const place = { url: own.url, ca: network.ca, gateway, queueId: id, lastEventId: last }
          return eventSocket({ ...place, headers: basicHeader(who) })
        }),
      ),
    )
    const polls = await hanging(clients)
    const elsewhere = await eventQueue(bob, messages)
    await own.owner.ok('POST', '/realm/deactivate')
    await opensNothing(clients, queue)
    expect(await polls.answers).toEqual(clients.map(() => 401))
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(
      sockets.map(() => closeCode.revoked),
    )
    // The last thing that its clients hear.
    expect((await said).at(-1)).toMatchObject({ type: 'realm', op: 'deactivated', realm_id: own.id })
    const again = { username: people[1]?.email, password: testPassword }
    const refused = await own.client().post('/fetch_api_key', again)
    expect([refused.status, refused.body['code']]).toEqual([401, 'REALM_DEACTIVATED'])
    await bob.ok('POST', '/messages', { type: 'direct', to: [bob.id], content: 'still here' })
    expect(contentsOf(await elsewhere.until(saying('still here')))).toContain('still here')

    await network.link.call(reactivateOrganisation, { org: own.id })
    await opensNothing(clients, queue)
    const { api_key: apiKey } = await own.client().ok('POST', '/fetch_api_key', again)
    for (const gateway of gateways) {
      const back = own.client({ email: people[1]?.email ?? '', apiKey: z.string().parse(apiKey), gateway })
      // Queues of before are no more, new ones are served.
      const gone = await back.get('/events', { queue_id: queue.id, last_event_id: queue.last })
      expect(gone.body).toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
      const fresh = await eventQueue(back, messages)
      await back.ok('POST', '/messages', { type: 'direct', to: [people[1]?.id], content: 'back' })
      expect(contentsOf(await fresh.until(saying('back')))).toEqual(['back'])
    }
  })

  test('another address: the old one opens nothing with the key, what waits by keys ends, everybody is told', async () => {
    const ada = await somebody()
    const email = `readdressed${made}@x.example.com`
    const told = await eventQueue(bob, wholeState)
    const own = await signIn(org.client(), ada.email, testPassword)
    const browser = org.client({ gateway: 2, headers: own, root: '/json' })
    const queue = await eventQueue(ada, messages)
    const polls = await hanging(everywhere(ada))
    await browser.ok('PATCH', '/settings', { email })
    const sent = () => network.mail.received.find(({ to }) => to.includes(email))
    await expect.poll(sent, { timeout: 20_000 }).toBeDefined()
    const secret = secretIn(sent() ?? never())
    expect((await org.client().ok('POST', '/parley/email/confirm', { secret }))['email']).toBe(email)
    await opensNothing(everywhere(ada), queue)
    expect(await polls.answers).toEqual([401, 401, 401])
    const { apiKey } = ada
    for (const client of everywhere({ email, apiKey })) expect(await queue.rest(client)).toEqual([])
    expect((await browser.ok('GET', '/users/me'))['delivery_email']).toBe(email)
    const events = await told.until((all) => JSON.stringify(all).includes('new_email'))
    expectSnapshotEqual(told.state, events, (await eventQueue(bob, wholeState)).state)
  })

  test('another password ends every other session, and what it had open; this one and keys go on', async () => {
    const ada = await somebody()
    const [here, there] = [
      await signIn(org.client(), ada.email, testPassword),
      await signIn(org.client(), ada.email, testPassword),
    ]
    const browsers = (headers: Record<string, string>) =>
      gateways.map((gateway) => org.client({ gateway, headers, root: '/json' }))
    const queue = await eventQueue(ada, messages)
    const kept = await Promise.all(
      [here, basicHeader(ada)].map(async (headers) => open(await eventQueue(ada, messages), 2, headers)),
    )
    const sockets = await Promise.all(
      gateways.map(async (gateway) => open(await eventQueue(ada, messages), gateway, there)),
    )
    const polls = await hanging(browsers(there))
    const wanted = { old_password: testPassword, new_password: 'amber lantern 9 drifts uphill' }
    await browsers(here)[0]?.ok('PATCH', '/settings', wanted)
    await opensNothing(browsers(there), queue)
    expect(await polls.answers).toEqual([401, 401, 401])
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(
      gateways.map(() => closeCode.revoked),
    )
    for (const client of [...everywhere(ada), ...browsers(here)]) expect(await queue.rest(client)).toEqual([])
    await bob.ok('POST', '/messages', { type: 'direct', to: [ada.id], content: 'still there' })
    for (const socket of kept) {
      await socket.until(saying('still there'))
      socket[Symbol.dispose]()
    }
  })

  test('a session that was ended opens nothing; the key of the same account still does', async () => {
    const ada = await somebody()
    const proof = await signIn(org.client(), ada.email, testPassword)
    const browsers = gateways.map((gateway) => org.client({ gateway, headers: proof, root: '/json' }))
    const queue = await eventQueue(browsers[0] ?? never(), messages)
    const sockets = await Promise.all(
      browsers.map(async (browser, i) => open(await eventQueue(browser, messages), i + 1, proof)),
    )
    const polls = await hanging(browsers)
    await browsers[0]?.ok('DELETE', '/parley/sessions/current')
    await opensNothing(browsers, queue)
    expect(await polls.answers).toEqual([401, 401, 401])
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(
      gateways.map(() => closeCode.revoked),
    )
    for (const client of everywhere(ada)) expect(await queue.rest(client)).toEqual([])
  })
})

function never(): never {
  throw new Error('one for each gateway')
}
