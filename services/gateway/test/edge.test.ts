import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnection } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { emojiDataPath } from '@parley/api'
import { AppError, fixedClock, systemClock, systemIds } from '@parley/core'
import { createMetrics, silentLogger } from '@parley/kit'
import { certDirOf, testServers } from '@parley/testkit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { Admission } from '../src/edge/admission.ts'
import { type App, createApp } from '../src/edge/app.ts'
import type { Exchange } from '../src/edge/exchange.ts'
import { Gate } from '../src/edge/gate.ts'
import { watchPublicCertificate } from '../src/edge/public-certificate.ts'
import { renderSuccess } from '../src/edge/render.ts'
import { Room } from '../src/edge/room.ts'
import { Unsent } from '../src/edge/unsent.ts'
import { Organisations } from '../src/identity/organisations.ts'
import { Principals } from '../src/identity/principals.ts'
import { Limiter } from '../src/limits/limiter.ts'

const key = 'abcdefghijklmnopqrstuvwxyz012345'
const basic = `Authorization: Basic ${Buffer.from(`ada@x.test:${key}`).toString('base64')}`
let app: App
let port: number
let ca: string
let failing: unknown = null
let held: Promise<void> | null = null
const admission = new Admission(() => 0, 2, 2)
const seen: Exchange[] = []
let left = 9
const counted: string[] = []
const allowing = {
  run: (_: string, keys: readonly string[]) => {
    counted.push(...keys)
    return Promise.resolve(keys.flatMap(() => (left > 0 ? [1, left, 0, 0] : [0, 0, 2500, 2500])))
  },
}

beforeAll(async () => {
  const servers = await testServers()
  ca = await readFile(servers.publicCa, 'utf8')
  using certificate = watchPublicCertificate(
    servers.publicCertDir,
    () => {},
    () => {},
  )
  const limiter = new Limiter(allowing, fixedClock(0), () => {})
  const principals = new Principals({
    trusted: () => true,
    clock: systemClock,
    ask: (org, credential) =>
      credential.scheme === 'basic' && credential.email === 'ada@x.test'
        ? Promise.resolve({
            principal: { org, user: 1, generation: 1, credential: 'key:1' },
            role: 400,
            incomingWebhook: false,
            botOwner: null,
            goodForMs: null,
          })
        : Promise.reject(new AppError('UNAUTHORIZED', 'Invalid API key')),
  })
  app = await createApp(certificate.pair, {
    gate: new Gate(principals, limiter, 1),
    limiter,
    admission,
    spectators: null,
    organisations: new Organisations((s) => Promise.resolve(s === null ? 1 : null), systemClock),
    publicHost: 'localhost',
    room: new Room(100, 50),
    unsent: new Unsent(systemClock),
    images: (_, path) =>
      Promise.resolve(path.includes('still') ? null : { mediaType: 'image/png', bytes: btoa('{}') }),
    publicPort: () => port,
    limitFactor: 1,
    stopping: () => false,
    patience: { headersMs: 1000, requestMs: 1500, checkMs: 100 },
    ids: systemIds,
    logger: silentLogger,
    departures: null,
    metrics: createMetrics('gateway'),
    onUpgrade: (exchange) =>
      Promise.resolve((socket) => {
        socket.send(JSON.stringify(exchange.raw.fields))
      }),
    async dispatch(exchange) {
      seen.push(exchange)
      if (held) await held
      if (failing) throw failing
      return renderSuccess({ fields: { ...exchange.raw.fields }, path: exchange.raw.path }, [])
    },
  })
  port = await app.listeners.listen(['127.0.0.1', '127.0.0.2'], 0)
}, 60_000)
afterAll(async () => {
  app.listeners.stopListening()
  await app.close()
})

interface Answer {
  status: number
  head: string
  body: Record<string, unknown>
  closed: boolean
}

function dial(host = '127.0.0.1'): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  const socket = connect({ host, port, ca, servername: 'localhost' }, () => {
    resolve(socket)
  })
  socket.on('error', reject)
  return promise
}

/** Sends bytes as they are and reads one answer. */
async function raw(bytes: string | Buffer, host?: string): Promise<Answer> {
  const socket = await dial(host)
  const { promise, resolve } = Promise.withResolvers<Answer>()
  let text = ''
  const finish = (closed: boolean): void => {
    socket.destroy()
    const [head = '', body = ''] = text.split('\r\n\r\n')
    resolve({
      status: Number(head.slice(9, 12)),
      head: head.toLowerCase(),
      body: JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>,
      closed,
    })
  }
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    const length = /content-length: (\d+)/i.exec(text)?.[1]
    const at = text.indexOf('\r\n\r\n')
    if (at !== -1 && Buffer.byteLength(text.slice(at + 4)) >= Number(length ?? 0)) finish(false)
  })
  socket.on('close', () => {
    finish(true)
  })
  socket.write(bytes)
  return promise
}

const get = (path: string, ...headers: string[]): Promise<Answer> =>
  raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers.map((h) => `${h}\r\n`).join('')}\r\n`)
function send(
  method: string,
  path: string,
  body: string | Buffer,
  type = 'application/x-www-form-urlencoded',
  ...headers: string[]
): Promise<Answer> {
  const head = [`${method} ${path} HTTP/1.1`, 'Host: localhost', `Content-Type: ${type}`, ...headers]
  return raw(
    Buffer.concat([
      Buffer.from(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`),
      Buffer.from(body),
    ]),
  )
}

test('an operation gets its parameters from query and body, the last value wins', async () => {
  const answer = await send('POST', '/api/v1/messages?type=a&to=b', 'to=c&to=d', undefined, basic)
  expect([answer.status, answer.body['fields']]).toEqual([200, { type: 'a', to: 'd' }])
  const last = seen.at(-1)
  expect(last?.caller?.principal.user).toBe(1)
  expect(last?.facts).toMatchObject({ org: 1, url: `https://localhost:${port}`, client: 'Unspecified' })
  const deleted = await send('DELETE', '/api/v1/events?a=1', 'queue_id=x', undefined, basic)
  expect(deleted.body['fields']).toEqual({ a: '1', queue_id: 'x' })
})

test('multipart works; path parameters are decoded', async () => {
  const body = '--B\r\nContent-Disposition: form-data; name="to"\r\n\r\nx\r\n--B--\r\n'
  const posted = await send('POST', '/api/v1/messages', body, 'multipart/form-data; boundary=B', basic)
  expect(posted.body['fields']).toEqual({ to: 'x' })
  expect((await get('/api/v1/messages/%31%32', basic)).body['path']).toEqual({ message_id: '12' })
})

test('every address of the list answers, in HTTP/1.1 over TLS 1.2 and 1.3', async () => {
  const request = `GET /api/v1/users/me HTTP/1.1\r\nHost: 127.0.0.2:${port}\r\n${basic}\r\n\r\n`
  expect((await raw(request, '127.0.0.2')).status).toBe(200)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { promise, resolve, reject } = Promise.withResolvers<string | null>()
    const socket = connect(
      { host: '127.0.0.1', port, ca, maxVersion: version, servername: 'localhost' },
      () => {
        resolve(socket.getProtocol())
      },
    )
    socket.on('error', reject)
    expect(await promise).toBe(version)
    socket.destroy()
  }
})

test('HTTP/1.1 is what everybody gets who offers it, and nobody gets anything else', async () => {
  const agreed = (ALPNProtocols: string[]): Promise<string | false | null> => {
    const { promise, resolve, reject } = Promise.withResolvers<string | false | null>()
    const options = { host: '127.0.0.1', port, ca, servername: 'localhost', ALPNProtocols }
    const socket = connect(options, () => {
      resolve(socket.alpnProtocol)
      socket.destroy()
    })
    socket.once('error', reject)
    return promise
  }
  expect(await agreed(['http/1.1'])).toBe('http/1.1')
  expect(await agreed(['h2', 'http/1.1'])).toBe('http/1.1')
  expect(await agreed([])).toBe(false)
  await expect(agreed(['h2'])).rejects.toThrow(/alert/)
})

test('GW-13 every answer says how it is to be treated', async () => {
  for (const answer of [
    await get('/api/v1/users/me', basic),
    await get('/nowhere'),
    await raw('nonsense\r\n\r\n'),
    await get('/api/v1/%zz'),
  ])
    for (const header of [
      'cache-control: private, no-store',
      'nosniff',
      'strict-transport-security',
      "'none'",
    ])
      expect(answer.head).toContain(header)
})

test('what is not there, and what is there under other methods', async () => {
  expect(await get('/api/v1/nowhere', basic)).toMatchObject({
    status: 404,
    body: { result: 'error', msg: 'Not Found' },
  })
  expect(await send('PUT', '/api/v1/messages', '', undefined, basic)).toMatchObject({
    status: 405,
    body: { msg: 'Method Not Allowed', allowed_methods: ['GET', 'HEAD', 'OPTIONS', 'POST'] },
  })
  expect((await raw(`PROPFIND /api/v1/messages HTTP/1.1\r\nHost: localhost\r\n\r\n`)).status).toBe(405)
  const options = await raw('OPTIONS /api/v1/messages HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect([options.status, options.head]).toEqual([
    204,
    expect.stringContaining('allow: get, head, options, post'),
  ])
  const head = await raw(
    `HEAD /api/v1/users/me HTTP/1.1\r\nHost: localhost\r\n${basic}\r\nConnection: close\r\n\r\n`,
  ).catch(() => null)
  expect(head?.status ?? 200).toBe(200)
})

test('more requests than can be worked on are refused at once; polls wait beside them', async () => {
  const end = Promise.withResolvers<void>()
  held = end.promise
  const working = [get('/api/v1/users/me', basic), get('/api/v1/users/me', basic)]
  await vi.waitUntil(() => admission.working === 2)
  const poll = get('/api/v1/events?queue_id=x', basic)
  const refused = await get('/api/v1/users/me', basic)
  expect([refused.status, refused.head]).toEqual([503, expect.stringContaining('retry-after: 1')])
  await vi.waitUntil(() => seen.at(-1)?.operation.id === 'get-events')
  held = null
  end.resolve()
  expect((await Promise.all([...working, poll])).map(({ status }) => status)).toEqual([200, 200, 200])
  expect((await get('/api/v1/users/me', basic)).status).toBe(200)
})

test('GW-04 no spelling of a path but its own leads anywhere', async () => {
  for (const path of [
    '//api/v1/users/me',
    '/api/v1/users/me/',
    '/API/v1/users/me',
    '/api/v1/./users/me',
    '/api/v1/users%2Fme',
  ])
    expect([path, (await get(path, basic)).status]).toEqual([path, 404])
})

test.each([
  ['no credentials', [], 'Not logged in'],
  ['a malformed key', ['Authorization: Basic YTpi'], 'Malformed API key'],
  [
    'an unknown account',
    [`Authorization: Basic ${Buffer.from(`x:${key}`).toString('base64')}`],
    'Invalid API key',
  ],
])('401 for %s', async (_, headers, message) => {
  const answer = await get('/api/v1/users/me', ...headers)
  expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } })
  expect(answer.body['msg']).toContain(message)
  expect(answer.head).toContain('www-authenticate: basic realm="zulip"')
})

test('hosts that are nobody’s', async () => {
  const at = (host: string) => raw(`GET /api/v1/server_settings HTTP/1.1\r\n${host}\r\n`)
  expect(await at('Host: evil.example\r\n')).toMatchObject({
    status: 404,
    body: { code: 'NONEXISTENT_SUBDOMAIN' },
  })
  expect(await at('Host: nobody.localhost\r\n')).toMatchObject({ status: 404 })
  expect((await at('')).status).toBe(400)
  expect((await at('Host: localhost\r\nHost: localhost\r\n')).status).toBe(400)
})

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['an unknown verb', 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['an unknown version', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n', 400],
  ['HTTP/2 in clear', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: localhost\r\n\r\n', 405],
  ['an expectation', 'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: cake\r\n\r\n', 400],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    400,
  ],
  [
    'length and chunks',
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  [
    'a bad chunk',
    'POST /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    400,
  ],
  ['huge headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`, 431],
  ['many headers', `GET /api/v1/users/me HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(150)}\r\n`, 431],
  ['a bad escape', 'GET /api/v1/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
])('GW-03 %s is answered in the API’s format', async (_, bytes, status) => {
  const answer = await raw(bytes)
  expect(answer).toMatchObject({ status: expect.any(Number) as number, body: { result: 'error' } })
  expect(answer.status).toBe(status)
})

test.each([
  ['JSON', '{"a":1}', 'application/json', 415],
  ['nothing known', 'x', 'text/plain', 415],
  ['a type that is none', 'x', 'x', 415],
  ['another charset', 'a=b', 'application/x-www-form-urlencoded; charset=utf-7', 415],
  ['no UTF-8', Buffer.of(0x61, 0x3d, 0xff), 'application/x-www-form-urlencoded', 400],
  ['broken multipart', 'nothing like it', 'multipart/form-data; boundary=x', 400],
  ['too much', `a=${'x'.repeat(3_000_000)}`, 'application/x-www-form-urlencoded', 413],
])('GW-05 GW-06 a body of %s', async (_, body, type, status) => {
  const answer = await send('POST', '/api/v1/messages', body, type, basic)
  expect([answer.status, answer.body['result'], answer.body['code']]).toEqual([
    status,
    'error',
    'BAD_REQUEST',
  ])
})

test('F74 a compressed body is refused', async () => {
  const answer = await send('POST', '/api/v1/messages', 'a=b', undefined, basic, 'Content-Encoding: gzip')
  expect(answer.status).toBe(415)
})

test('a connection goes on after a refusal', async () => {
  const socket = await dial()
  const body = 'x'.repeat(1000)
  socket.write(
    `POST /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n${body}GET /api/v1/users/me HTTP/1.1\r\nHost: localhost\r\n${basic}\r\n\r\n`,
  )
  let text = ''
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if ((text.match(/HTTP\/1\.1 /g) ?? []).length === 2) resolve()
  })
  await promise
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200'])
  socket.destroy()
})

test('GW-11 with a session, writing needs the token said twice, from here', async () => {
  const cookies = `Cookie: __Host-sessionid=s; __Host-csrftoken=t`
  const wrong = await send('POST', '/json/messages', 'a=b', undefined, cookies)
  expect(wrong).toMatchObject({ status: 401 })
  expect(wrong.head).toContain('www-authenticate: session')
  const login = (...headers: string[]) =>
    send('POST', '/json/fetch_api_key', 'username=u', undefined, ...headers)
  expect(await login(cookies)).toMatchObject({ status: 403, body: { code: 'CSRF_FAILED' } })
  expect(await login(cookies, 'X-CSRFToken: t', 'Origin: https://evil.test')).toMatchObject({ status: 403 })
  expect(await login(cookies, 'X-CSRFToken: t')).toMatchObject({ status: 200 })
  expect((await get('/json/server_settings')).head).toContain('set-cookie: __host-csrftoken=')
})

test.each([
  ['headers', 'GET /api/v1/users/me HTTP/1.1\r\nHost: loc'],
  [
    'body',
    `POST /api/v1/messages HTTP/1.1\r\nHost: localhost\r\n${basic}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nabc`,
  ],
])('F72 a request whose %s never end is answered and cut', async (_, bytes) => {
  const answer = await raw(bytes)
  expect(answer).toMatchObject({ status: 408, body: { result: 'error' } })
  expect(answer.head).toContain('connection: close')
})

test('F64 a new certificate is taken up by new connections, a broken one is not', async () => {
  const servers = await testServers()
  const dir = await mkdtemp(join(servers.dir, 'public-'))
  const copy = (name: string) => copyFile(join(servers.publicCertDir, name), join(dir, name))
  await Promise.all(['server.crt', 'server.key'].map(copy))
  const [changes, faults]: [string[], unknown[]] = [[], []]
  using followed = watchPublicCertificate(
    dir,
    ({ cert }) => changes.push(cert),
    (e) => faults.push(e),
  )
  const before = followed.pair.cert
  await writeFile(join(dir, 'server.crt'), 'half a certif')
  await vi.waitFor(
    () => {
      expect(faults.length).toBeGreaterThan(0)
    },
    { timeout: 10_000 },
  )
  expect([followed.pair.cert, changes]).toEqual([before, []])
  const other = { crt: 'client.crt', key: 'client.key' }
  await copyFile(join(certDirOf(servers, 'gateway'), other.key), join(dir, 'server.key'))
  await copyFile(join(certDirOf(servers, 'gateway'), other.crt), join(dir, 'server.crt'))
  await vi.waitFor(
    () => {
      expect(changes).toHaveLength(1)
    },
    { timeout: 10_000 },
  )
  expect(followed.pair.cert).toBe(changes[0])
})

test('RL-01 every answer of an operation says how much is left; too much is too much', async () => {
  expect((await get('/api/v1/users/me', basic)).head).toMatch(
    /x-ratelimit-limit: \d+[^]*x-ratelimit-remaining: 9/,
  )
  left = 0
  const answer = await get('/api/v1/users/me', basic)
  left = 9
  expect(answer).toMatchObject({ status: 429, body: { code: 'RATE_LIMIT_HIT', 'retry-after': 2.5 } })
  expect(answer.head).toMatch(/retry-after: 2.5/)
  expect(answer.head).toMatch(/x-ratelimit-remaining: 0/)
})

test('RL-01 what is limited where it is given counts there alone', async () => {
  const patch = async (body: string): Promise<string[]> => {
    counted.length = 0
    await raw(
      `PATCH /api/v1/settings HTTP/1.1\r\nHost: localhost:${port}\r\n${basic}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
    return counted.filter((name) => /password|topics/.test(name))
  }
  expect(await patch('enter_sends=true')).toEqual([])
  expect(await patch('old_password=x&new_password=y')).toEqual([
    'gateway:limit:{1}:password_change_by_user:1800:u1',
  ])
  expect(await patch('automatically_follow_topics_policy=1')).toEqual([
    'gateway:limit:{1}:automatic_topics_by_user:3600:u1',
  ])
})

test('WS-02 connections beyond those in their handshake wait for their turn, and get it', async () => {
  const sockets = await Promise.all(Array.from({ length: 100 }, () => dial()))
  expect(sockets.every((socket) => socket.authorized)).toBe(true)
  for (const socket of sockets) socket.destroy()
})

test('who breaks the connection off, waiting or shaking hands, keeps nobody out', async () => {
  const { pacer } = app.listeners
  const waitedBefore = pacer.waited
  const silent = Array.from({ length: 100 }, () => createConnection({ host: '127.0.0.1', port }))
  await vi.waitFor(() => {
    expect(pacer.waited).toBeGreaterThan(waitedBefore)
  })
  for (const socket of silent) socket.resetAndDestroy()
  const socket = await dial()
  expect(socket.authorized).toBe(true)
  socket.destroy()
})

test('GW-14 a failure of ours says nothing', async () => {
  failing = new Error('canary')
  const answer = await get('/api/v1/users/me', basic)
  failing = null
  expect([answer.status, answer.body]).toEqual([500, { result: 'error', msg: 'Internal server error' }])
})

test('WS a socket opens where the request would pass, and only there', async () => {
  const url = `wss://localhost:${port}/api/v1/events/ws?queue_id=q&last_event_id=1`
  const headers = { authorization: basic.slice('Authorization: '.length) }
  const options = { ca, lookup: undefined, headers }
  const opened = new WebSocket(url.replace('localhost', '127.0.0.1'), {
    ...options,
    servername: 'localhost',
  } as never)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  opened.on('message', (data: Buffer) => {
    resolve(data.toString())
  })
  opened.on('error', reject)
  expect(JSON.parse(await promise)).toEqual({ queue_id: 'q', last_event_id: '1' })
  opened.terminate()
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const ask = (...more: string[]) => get('/api/v1/events/ws?queue_id=q&last_event_id=1', ...upgrade, ...more)
  expect(await ask('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==')).toMatchObject({
    status: 401,
    body: { code: 'UNAUTHORIZED' },
  })
  expect(await get('/api/v1/events/ws', basic)).toMatchObject({ status: 400, body: { result: 'error' } })
  expect(await ask(basic)).toMatchObject({ status: 400, body: { result: 'error' } })
  expect((await get('/api/v1/users/me', basic, ...upgrade)).status).toBe(200)
})

test('an image goes out to whoever has its address, and says what it is', async () => {
  const name = `${'0'.repeat(32)}.png`
  const image = await raw(`GET /user_avatars/1/emoji/images/${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  expect(image.status).toBe(200)
  for (const header of ['content-type: image/png', 'immutable', 'nosniff', 'sandbox', 'vary: host\r'])
    expect(image.head).toContain(header)
  for (const path of [
    `/user_avatars/1/emoji/images/still/${name}`,
    `/user_avatars/2/emoji/images/${name}`,
    '/user_avatars/1/emoji/images/x.png',
    '/user_avatars/1/',
  ])
    expect((await get(path)).status).toBe(404)
})

test('the names of emoji go out to anybody, at the address that a snapshot says', async () => {
  const asked = `GET ${emojiDataPath} HTTP/1.1\r\nHost: localhost\r\n`
  const { status, head } = await raw(`${asked}\r\n`)
  expect(status).toBe(200)
  for (const header of ['content-type: application/json', 'max-age=86400', 'nosniff'])
    expect(head).toContain(header)
  expect(await raw(`${asked}If-None-Match: *\r\n\r\n`)).toMatchObject({ status: 304, body: {} })
})

test('of bodies with files no more is held than there is room for', async () => {
  const file = (bytes: number) =>
    `--B\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n${'x'.repeat(bytes)}\r\n--B--\r\n`
  const upload = (bytes: number) =>
    send('POST', '/api/v1/realm/emoji/x', file(bytes), 'multipart/form-data; boundary=B', basic)
  expect(await upload(100)).toMatchObject({ status: 503 })
  const large = Buffer.byteLength(file(0))
  expect(large).toBeGreaterThan(50)
  expect((await upload(0)).status).toBe(503)
})
