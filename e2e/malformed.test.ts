import { connect } from 'node:tls'
import { type Operation, operations } from '@parley/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Person, scene, type Scene } from './product.ts'
import { sharedProduct } from './shared-product.ts'

let stage: Scene
let person: Person
beforeAll(async () => {
  stage = await scene(sharedProduct())
  person = await stage.person('Malformed Sender')
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'quiet' }],
    principals: [person.id],
  })
})
afterAll(() => stage?.[Symbol.asyncDispose]())

interface RawAnswer {
  readonly status: number
  readonly body: string
}

/** Writes bytes as they are and reads until the server closes or a whole answer is there. */
function raw(bytes: string | Buffer, options: { end?: boolean } = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(stage.org.url)
  return new Promise((done, failed) => {
    const socket = connect(
      { host: '127.0.0.1', port: Number(port), servername: hostname, ca: stage.ca },
      () => {
        socket.write(bytes)
        if (options.end) socket.end()
      },
    )
    let text = ''
    const finish = (): void => {
      socket.destroy()
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
      done({ status, body: text.slice(text.indexOf('\r\n\r\n') + 4) })
    }
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN)
      const at = text.indexOf('\r\n\r\n')
      if (at >= 0 && Buffer.byteLength(text.slice(at + 4)) >= length) finish()
    })
    socket.on('close', finish)
    socket.on('error', (error) => (text ? finish() : failed(error)))
  })
}

const ApiError = z.object({ result: z.literal('error'), msg: z.string().min(1), code: z.string().optional() })
const expectRefused = (answer: RawAnswer): void => {
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  expect(ApiError.safeParse(JSON.parse(answer.body || 'null')).success).toBe(true)
}

const host = (): string => new URL(stage.org.url).host
const basic = (who = person): string =>
  `Authorization: Basic ${Buffer.from(`${who.email}:${who.apiKey}`).toString('base64')}`
const post = (
  path: string,
  body: string | Buffer,
  type = 'application/x-www-form-urlencoded',
  more = '',
  who = person,
): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: ${host()}\r\n${basic(who)}\r\nContent-Type: ${type}\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`,
    ),
    Buffer.from(body),
  ])

const User = z.looseObject({ user_id: z.int() })

/** What the organisation looks like but for one account: refused input must not change it. */
async function state(but = 0): Promise<unknown> {
  const messages = await stage.owner.ok('GET', '/messages', { anchor: 'newest', num_before: 5, num_after: 0 })
  const users = await stage.owner.ok('GET', '/users')
  const streams = await stage.owner.ok('GET', '/streams')
  const others = z
    .array(User)
    .parse(users['members'])
    .filter(({ user_id }) => user_id !== but)
  return { messages: messages['messages'], users: others, streams: streams['streams'] }
}

const concrete = (path: string): string => path.replaceAll(/\{\w+\}/g, '999999999')
const writing = operations.filter((o) => o.method !== 'GET')

// Values that fit no parameter; each is tried for every parameter of every endpoint.
const nasty: [string, string][] = [
  ['NUL', '%00'],
  ['invalid UTF-8', '%ff%fe'],
  ['an unpaired surrogate', '%ed%a0%80'],
  ['an escaped unpaired surrogate', encodeURIComponent('"\\ud800"')],
  ['deep JSON', encodeURIComponent('['.repeat(5000))],
  ['duplicate keys', encodeURIComponent('{"a":1,"a":2}')],
  ['a huge number', '1e999'],
  ['a huge value', 'x'.repeat(50_000)],
  ['a prototype', encodeURIComponent('{"__proto__":{"x":1}}')],
]

/** Without parameters any request for these is a good one, and costs who makes it. */
const losses = new Map([
  ['regenerate-api-key', 'key'],
  ['deactivate-own-user', 'account'],
])

test.each(operations.map((o): [string, Operation] => [`${o.method} ${o.path}`, o]))(
  'F70 AC-17 %s refuses what fits no parameter',
  async (_, operation) => {
    const loss = losses.get(operation.id)
    const who = loss === undefined ? person : await stage.person(`Loser of the ${loss}`)
    const statuses: number[] = []
    const before = await state(loss === 'account' ? who.id : 0)
    const names = Object.keys(operation.params)
    for (const [, value] of nasty) {
      const fields = names.map((name) => `${name}=${value}`).join('&')
      const path = concrete(operation.path)
      const bytes =
        operation.method === 'GET'
          ? `GET ${path}?${fields.slice(0, 6000)} HTTP/1.1\r\nHost: ${host()}\r\n${basic(who)}\r\nConnection: close\r\n\r\n`
          : post(path, fields, undefined, '', who).toString('latin1').replace(/^POST/, operation.method)
      const answer = await raw(Buffer.from(bytes, 'latin1'))
      // Operations without required parameters may take a value they ignore; never may they break.
      expect(answer.status).toBeLessThan(500)
      expect(answer.status).toBeGreaterThanOrEqual(200)
      if (loss === undefined) statuses.push(answer.status)
    }
    // They were refused for what they said, not for who said it.
    expect(operation.access === 'public' ? [] : statuses).not.toContain(401)
    expect(await state(loss === 'account' ? who.id : 0)).toEqual(before)
  },
)

test.each(writing.map((o): [string, Operation] => [`${o.method} ${o.path}`, o]))(
  '%s refuses bodies of the wrong kind and size',
  async (_, operation) => {
    const path = concrete(operation.path)
    const as = (bytes: Buffer): Buffer =>
      Buffer.from(bytes.toString('latin1').replace(/^POST/, operation.method), 'latin1')
    expectRefused(await raw(as(post(path, '{"a":1}', 'text/xml'))))
    expectRefused(await raw(as(post(path, '\x00\x01', 'application/octet-stream'))))
    expectRefused(await raw(as(post(path, 'nothing like it', 'multipart/form-data; boundary=x'))))
    expectRefused(
      await raw(
        as(post(path, 'a=b', 'application/x-www-form-urlencoded', `X-Padding: ${'y'.repeat(40_000)}\r\n`)),
      ),
    )
  },
)

test('F71 bodies above the limit are refused before they are read', async () => {
  expectRefused(await raw(post('/api/v1/messages', `content=${'x'.repeat(3_000_000)}`)))
})

test.each([
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['an unknown verb', 'BREW /api/v1/messages HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a verb in lower case', 'get /api/v1/messages HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an unknown version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
  ['no host', 'GET /api/v1/users HTTP/1.1\r\n\r\n'],
  ['a bad header', 'GET /api/v1/users HTTP/1.1\r\nHost: x\r\nBad\x00Name: x\r\n\r\n'],
  [
    'two lengths',
    'POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  ],
  [
    'length and chunks',
    'POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a bad chunk', 'POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['a negative length', 'POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
  ['a bad path encoding', 'GET /api/v1/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
])('%s is answered in the API’s format', async (_, bytes) => {
  expectRefused(await raw(bytes))
})

test('a request that ends half-way is answered or dropped, and the gateway lives on', async () => {
  const half = await raw(
    `POST /api/v1/messages HTTP/1.1\r\nHost: ${host()}\r\nContent-Length: 100\r\n\r\nabc`,
    { end: true },
  )
  expect(half.status === 0 || (half.status >= 400 && half.status < 500)).toBe(true)
  expect((await person.get('/users/me')).status).toBe(200)
})

test('wrong methods and unknown paths', async () => {
  const wrong = await raw(
    `PUT /api/v1/messages HTTP/1.1\r\nHost: ${host()}\r\n${basic()}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  )
  const allowed = z.looseObject({ allowed_methods: z.array(z.string()) }).parse(JSON.parse(wrong.body))
  expect([
    wrong.status,
    {
      ...allowed,
      allowed_methods: allowed.allowed_methods.filter((m) => m === 'GET' || m === 'POST').sort(),
    },
  ]).toMatchObject([405, { result: 'error', allowed_methods: ['GET', 'POST'] }])
  const unknown = await person.get('/no/such/thing')
  expect([unknown.status, unknown.body['result']]).toEqual([404, 'error'])
})

test('operations that are documented but not built answer 404, never an empty success', async () => {
  for (const [method, path] of [
    ['get', '/attachments'],
    ['post', '/zcommand'],
  ] as const)
    expect([path, (await person[method](path)).status]).toEqual([path, 404])
})
