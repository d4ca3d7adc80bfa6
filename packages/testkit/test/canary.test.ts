import { operations } from '@parley/api'
import { createLogger } from '@parley/kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type Account,
  basicHeader,
  canary,
  eventQueue,
  eventSocket,
  type Organisation,
  saying,
  secretsIn,
  signIn,
  type TestNetwork,
  testNetwork,
} from '../src/index.ts'

const lines: string[] = []
let network: TestNetwork
let org: Organisation
let ada: Account

beforeAll(async () => {
  const logger = createLogger({
    service: 'network',
    node: 'test',
    level: 'debug',
    to: {
      write: (line) => {
        lines.push(line)
      },
    },
  })
  network = await testNetwork({ logger })
  org = await network.organisation(canary.name)
})
afterAll(() => network[Symbol.asyncDispose]())

/** Lines that hold a canary, in whatever form. */
const leaks = (): string[] =>
  lines.filter((line) => secretsIn(line, { ...canary, 'api key': ada.apiKey }).length > 0)

const message = { type: 'channel', to: canary.channel, topic: canary.topic, content: canary.content }
const signInFields = { username: canary.email, password: canary.password }

test('an ordinary day', async () => {
  const account = { email: canary.email, password: canary.password }
  const made = await org.owner.ok('POST', '/users', { ...account, full_name: canary.name })
  const nobody = org.client({ headers: { 'user-agent': canary.agent } })
  const key = await nobody.ok('POST', '/fetch_api_key', signInFields)
  const who = {
    id: z.int().parse(made['user_id']),
    email: canary.email,
    apiKey: z.string().parse(key['api_key']),
  }
  ada = { ...org.client(who), ...who }
  await ada.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: canary.channel, description: canary.description }],
  })
  const queue = await eventQueue(ada)
  using socket = await eventSocket({
    url: org.url,
    ca: network.ca,
    gateway: 1,
    queueId: queue.id,
    lastEventId: queue.last,
    headers: basicHeader(ada),
  })
  const sent = await ada.ok('POST', '/messages', { ...message, queue_id: queue.id, local_id: canary.local })
  await socket.until(saying(canary.content))
  socket.send({ [canary.parameter]: canary.content })
  await socket.closed
  await queue.until(saying(canary.content))
  await ada.ok('POST', '/messages/render', { content: canary.content })
  await ada.ok('GET', `/messages/${String(sent['id'])}`)
  const narrow = [
    ['channel', canary.channel],
    ['topic', canary.topic],
  ]
  await ada.ok('GET', '/messages', { anchor: 'newest', num_before: 1, num_after: 0, narrow })
  const headers = await signIn(nobody, canary.email, canary.password)
  await org.client({ headers, root: '/json' }).ok('DELETE', '/parley/sessions/current')
  await network.settle()
  expect(leaks()).toEqual([])
})

test('every endpoint, with a canary in every parameter, as anybody', async () => {
  const wrongKey = org.client({ email: canary.email, apiKey: canary.key })
  const wrongSession = org.client({
    root: '/json',
    headers: {
      cookie: `__Host-sessionid=${canary.token}; __Host-csrftoken=${canary.token}`,
      'x-csrftoken': canary.token,
    },
  })
  for (const operation of operations) {
    const path = operation.path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, canary.path)
    const names = [...Object.keys(operation.params), canary.parameter]
    const forms = [canary.parameter, [canary.parameter], [{ name: canary.channel }], { a: canary.parameter }]
    for (const form of forms) {
      const fields = Object.fromEntries(names.map((name) => [name, form]))
      // They take no parameter, so the key that the rest is asked with would end.
      const known = ['regenerate-api-key', 'deactivate-own-user'].includes(operation.id) ? [] : [ada]
      for (const who of [...known, wrongKey, wrongSession, org.client()]) {
        const method = operation.method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete'
        const { status } = await who[method](path, fields)
        expect(`${operation.id} ${status}`).toMatch(/ [234]..$/)
      }
    }
  }
  await ada.get(`/${canary.path}`, { [canary.parameter]: canary.parameter })
  await ada.post('/fetch_api_key', { ...signInFields, password: `${canary.password}!` })
  await ada.post('/users', { email: canary.email, full_name: canary.name, password: canary.password })
  await network.settle()
  expect(leaks()).toEqual([])
})

test('errors of the database quote rows; the log does not', async () => {
  const before = lines.length
  const tables = ['messaging.messages', 'streams.channels', 'auth.users', 'auth.api_keys', 'gateway.queues']
  const change = async (what: string): Promise<void> => {
    for (const table of tables) await network.database.superuser(`ALTER TABLE ${table} ${what}`)
  }
  await change('ADD CONSTRAINT refused CHECK (false) NOT VALID')
  const answers = [
    await ada.post('/messages', message),
    await ada.post('/users/me/subscriptions', {
      subscriptions: [{ name: `${canary.channel} 2`, description: canary.description }],
    }),
    await org.owner.post('/users', {
      email: `2${canary.email}`,
      full_name: canary.name,
      password: canary.password,
    }),
    await ada.post('/fetch_api_key', signInFields),
    await ada.post('/register', { narrow: [['topic', canary.topic]] }),
  ]
  await change('DROP CONSTRAINT refused')
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 500))
  expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain('q7')
  // The failures were logged, else their absence shows nothing.
  expect(
    lines.slice(before).filter((line) => line.includes('"level":"error"')).length,
  ).toBeGreaterThanOrEqual(5)
  expect(leaks()).toEqual([])
})

test('parts that go away while there is work say so without quoting it', async () => {
  await network.nats.wipe()
  await ada.ok('POST', '/messages', message)
  await network.nats.start()
  await ada.ok('POST', '/messages', message)
  await network.settle()
  expect(leaks()).toEqual([])
})
