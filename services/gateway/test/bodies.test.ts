import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer, request } from 'node:https'
import { connect } from 'node:tls'
import { gunzipSync } from 'node:zlib'
import { call } from '@parley/api'
import { AppError, fixedClock, systemClock, systemIds } from '@parley/core'
import {
  createLinkClient,
  createMetrics,
  type LinkClient,
  listenerOptions,
  pool,
  silentLogger,
  watchCertificates,
} from '@parley/kit'
import { certDirOf, size, testServers } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { Admission } from '../src/edge/admission.ts'
import { type App, createApp } from '../src/edge/app.ts'
import { Gate } from '../src/edge/gate.ts'
import { watchPublicCertificate } from '../src/edge/public-certificate.ts'
import { renderJson } from '../src/edge/render.ts'
import { Room } from '../src/edge/room.ts'
import { Unsent } from '../src/edge/unsent.ts'
import { Organisations } from '../src/identity/organisations.ts'
import { Principals } from '../src/identity/principals.ts'
import { Limiter } from '../src/limits/limiter.ts'

/** One part of an answer. `lost`: the first time, the link ends amid it; `noise`: it hardly shrinks. */
const Part = z.object({
  name: z.string(),
  length: z.int(),
  how: z.enum(['ok', 'error', 'lost', 'inside', 'noise']),
})
type Part = z.infer<typeof Part>

/** One service, which answers with as much as it is asked for, all of it with the name of who asked. */
const filled = call({
  id: 'streams.filled',
  service: 'streams',
  callers: ['gateway'],
  idempotent: true,
  input: Part,
  response: z.looseObject({}),
})
const valueOf = ({ name, length, how }: Part): string =>
  how === 'noise'
    ? randomBytes((length * 3) / 4).toString('base64')
    : `${name}.`.repeat(length / (name.length + 1))
const jsonOf = (part: Part): string => JSON.stringify({ [part.name]: valueOf(part) })
const whole = (parts: readonly Part[]): Buffer =>
  Buffer.from(`{"result":"success","msg":""${parts.map((part) => `,${jsonOf(part).slice(1, -1)}`).join('')}}`)

const opened = new AsyncDisposableStack()
let app: App
let port: number
let ca: string
let link: LinkClient
let dispatched = 0
const clock = fixedClock(0)
const unsent = new Unsent(clock)
const Frame = z.object({ t: z.string(), id: z.int(), in: z.unknown() })
const lost = new Set<string>()
const dying = new WeakSet<WebSocket>()

function answer(ws: WebSocket, text: string): void {
  const frame = Frame.parse(JSON.parse(text))
  if (frame.t === 'cancel' || dying.has(ws)) return
  const part = Part.parse(frame.in)
  const ok = `{"t":"ok","id":${frame.id}}\n${jsonOf(part)}`
  if (part.how === 'error') ws.send(`{"t":"err","id":${frame.id},"code":"BAD_REQUEST","msg":"No"}`)
  else if (part.how === 'inside') ws.send(`{"t":"ok","id":${frame.id},"out":${jsonOf(part)}}`)
  else if (part.how === 'lost' && !lost.has(part.name)) {
    lost.add(part.name)
    // What were sent now would go on with this message.
    dying.add(ws)
    ws.send(ok.slice(0, ok.length / 2), { fin: false }, () => ws.terminate())
  } else ws.send(ok)
}

beforeAll(async () => {
  const servers = await testServers()
  ca = await readFile(servers.publicCa, 'utf8')
  const deps = {
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    metrics: createMetrics('gateway'),
  }
  const certificates = opened.use(watchCertificates(certDirOf(servers, 'streams'), deps))
  const service = createServer(listenerOptions(certificates.server))
  const sockets = new WebSocketServer({ server: service, perMessageDeflate: false })
  sockets.on('connection', (ws) => {
    ws.on('error', () => {})
    ws.on('message', (data: Buffer) => answer(ws, data.toString()))
  })
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  opened.defer(() => {
    for (const ws of sockets.clients) ws.terminate()
    service.close()
  })
  const bound = z.object({ port: z.int() }).parse(service.address())
  link = opened.use(
    createLinkClient({
      config: {
        peers: { streams: [{ host: '127.0.0.1', port: bound.port }] },
        trustDomain: servers.trustDomain,
      },
      certificates: opened.use(watchCertificates(certDirOf(servers, 'gateway'), deps)),
      deps,
      limits: { backoffMs: [1, 2] },
    }),
  )
  using certificate = watchPublicCertificate(
    servers.publicCertDir,
    () => {},
    () => {},
  )
  const free = {
    run: (_: string, keys: readonly string[]) => Promise.resolve(keys.flatMap(() => [1, 9, 0, 0])),
  }
  const limiter = new Limiter(free, fixedClock(0), () => {})
  const principals = new Principals({
    trusted: () => true,
    clock: systemClock,
    ask: (org, credential) =>
      Promise.resolve({
        principal: { org, user: JSON.stringify(credential).length, generation: 1, credential: 'key:1' },
        role: 400,
        incomingWebhook: false,
        botOwner: null,
        goodForMs: null,
      }),
  })
  app = await createApp(certificate.pair, {
    gate: new Gate(principals, limiter, 1),
    limiter,
    admission: new Admission(() => 0, 100, 100),
    spectators: null,
    organisations: new Organisations(() => Promise.resolve(1), systemClock),
    publicHost: 'localhost',
    room: new Room(100, 50),
    unsent,
    images: () => Promise.resolve(null),
    publicPort: () => port,
    limitFactor: 1,
    stopping: () => false,
    ids: systemIds,
    logger: silentLogger,
    departures: null,
    metrics: createMetrics('gateway'),
    onUpgrade: () => Promise.reject(new AppError('NOT_FOUND', 'Not Found')),
    async dispatch({ raw, hangUp: { signal } }) {
      dispatched++
      const parts = z.array(Part).parse(JSON.parse(raw.fields['parts'] ?? ''))
      return renderJson(
        await Promise.all(parts.map((part) => link.callForJson(filled, part, { signal }))),
        [],
      )
    },
  })
  port = await app.listeners.listen(['127.0.0.1'], 0)
  opened.defer(async () => {
    app.listeners.stopListening()
    await app.close()
  })
}, 60_000)
afterAll(() => opened.disposeAsync())

const pathOf = (parts: readonly Part[]): string =>
  `/api/v1/users/me?parts=${encodeURIComponent(JSON.stringify(parts))}`
const as = (name: string): string =>
  `Basic ${Buffer.from(`${name}@x.test:${'a'.repeat(32)}`).toString('base64')}`
const authorization = as('ada')

interface Asking {
  readonly parts: readonly Part[]
  readonly gzip: boolean
  readonly method: 'GET' | 'HEAD'
  /** What the client does when the head is there: reads all, leaves after so many bytes, or waits with reading. */
  readonly does: 'read' | 'leave' | 'wait'
  readonly after: number
}

interface Got {
  /** All of it, or nothing but an error. */
  readonly whole: boolean
  /** A word, where it fails, instead of megabytes. */
  readonly whose: 'own' | 'another'
}

/** Asks, and looks at every byte that comes. */
async function ask(asking: Asking, goOn = Promise.resolve()): Promise<Got> {
  const { parts, gzip, method, does, after } = asking
  const headers = { authorization, ...(gzip ? { 'accept-encoding': 'gzip' } : {}) }
  const sent = request({
    port,
    ca,
    servername: 'localhost',
    path: pathOf(parts),
    method,
    headers,
    agent: false,
  })
  sent.on('error', () => {})
  sent.end()
  if (does === 'leave' && after === 0) {
    await new Promise((resolve) => setImmediate(resolve))
    sent.destroy()
    return { whole: false, whose: 'own' }
  }
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  if (does === 'wait') await goOn
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer)
      bytes += (chunk as Buffer).length
      if (does === 'leave' && bytes > after) break
    }
  } catch {
    // Cut: what came is looked at all the same.
  }
  const own = response.statusCode !== 200 || isOwn(asking, response, Buffer.concat(chunks))
  return { whole: response.complete, whose: own ? 'own' : 'another' }
}

/** Has a client got what it asked for, as far as it came? */
function isOwn({ parts, method }: Asking, response: IncomingMessage, got: Buffer): boolean {
  const expected = whole(parts)
  const compressed = response.headers['content-encoding'] === 'gzip'
  if (!compressed && response.headers['content-length'] !== String(expected.length)) return false
  if (method === 'HEAD') return got.length === 0
  if (!compressed) return got.equals(response.complete ? expected : expected.subarray(0, got.length))
  return !response.complete || gunzipSync(got).equals(expected)
}

let asked = 0
const partOf = fc
  .record({
    length: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 60_000, max: 90_000 }) },
      { weight: 4, arbitrary: fc.integer({ min: 90_000, max: 1_000_000 }) },
      { weight: 1, arbitrary: fc.constantFrom(10, 3_000_000, 8_000_000) },
    ),
    how: fc.oneof(
      { weight: 10, arbitrary: fc.constant('ok' as const) },
      { weight: 1, arbitrary: fc.constantFrom('error' as const, 'lost' as const, 'inside' as const) },
    ),
  })
  // Of eight letters with its dot, so that any few bytes say whose they are.
  .map((given): Part => ({ ...given, name: (1_000_000 + ++asked).toString(36).padStart(7, 'x') }))
const asking: fc.Arbitrary<Asking> = fc.record({
  parts: fc.array(partOf, { minLength: 1, maxLength: 4 }),
  gzip: fc.boolean(),
  method: fc.oneof(
    { weight: 7, arbitrary: fc.constant('GET' as const) },
    { arbitrary: fc.constant('HEAD' as const), weight: 1 },
  ),
  does: fc.oneof(
    { weight: 3, arbitrary: fc.constant('read' as const) },
    { arbitrary: fc.constantFrom('leave' as const, 'wait' as const), weight: 2 },
  ),
  after: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
})

test('whoever asks among many gets nothing but their own, whatever the others do', async () => {
  const before = pool.taken.reused
  await fc.assert(
    fc.asyncProperty(fc.array(asking, { minLength: 8, maxLength: 16 }), async (all) => {
      const { promise: goOn, resolve } = Promise.withResolvers<void>()
      const [patient, others] = [
        all.filter((one) => one.does === 'wait'),
        all.filter((one) => one.does !== 'wait'),
      ]
      const waiting = patient.map((one) => ask(one, goOn))
      const got: Got[] = []
      // Twice, so that what the first gave back is taken.
      for (let time = 0; time < 2; time++) got.push(...(await Promise.all(others.map((one) => ask(one)))))
      resolve()
      got.push(...(await Promise.all(waiting)))
      expect(got.map(({ whose }) => whose)).toEqual(got.map(() => 'own'))
    }),
    { numRuns: size(25, 300), endOnFailure: true },
  )
  expect(pool.taken.reused).toBeGreaterThan(before)
  expect(pool.idleBytes).toBeLessThanOrEqual(64 * 1024 * 1024)
}, 900_000)

const ok = (name: string, length: number): Part => ({ name, length, how: 'ok' })
const all: Got = { whole: true, whose: 'own' }
const reading = { gzip: false, method: 'GET', does: 'read', after: 0 } as const

test('who stops reading gets the rest of their own when they go on', async () => {
  const { promise: goOn, resolve } = Promise.withResolvers<void>()
  // More than the kernel keeps for them.
  const slow = ask({ ...reading, parts: [ok('slow', 12_000_000), ok('tail', 9_000_000)], does: 'wait' }, goOn)
  for (let i = 0; i < 8; i++) {
    const same = [ok(`q${i}`, 12_000_000), ok(`p${i}`, 9_000_000)]
    expect(await ask({ ...reading, parts: same, gzip: i % 2 === 0 })).toEqual(all)
  }
  resolve()
  expect(await slow).toEqual(all)
})

test('on one connection answers follow each other whole', async () => {
  const asked = ['one', 'two', 'three'].map((name) => [ok(name, 300_000), ok(`${name}b`, 200_000)])
  const socket = connect({ port, ca, servername: 'localhost' })
  await once(socket, 'secureConnect')
  const head = (parts: readonly Part[], last: boolean): string =>
    `GET ${pathOf(parts)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nConnection: ${last ? 'close' : 'keep-alive'}\r\n\r\n`
  socket.write(asked.map((parts, i) => head(parts, i === asked.length - 1)).join(''))
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  const bodies = Buffer.concat(chunks)
    .toString()
    .split(/HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\n/)
  expect(bodies.slice(1).map((body, i) => body === whole(asked[i] ?? []).toString())).toEqual([
    true,
    true,
    true,
  ])
})

test('large and small answers have the same head', async () => {
  const headOf = async (length: number) => {
    const sent = request({
      port,
      ca,
      servername: 'localhost',
      path: pathOf([ok('x', length)]),
      headers: { authorization },
      agent: false,
    })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    await once(response, 'end')
    const { date: _, 'x-request-id': id, 'content-length': bytes, ...rest } = response.headers
    return { rest, has: [id !== undefined, Number(bytes) > length] }
  }
  const [small, large] = [await headOf(20_000), await headOf(200_000)]
  const vary = large.rest.vary?.replace(', Accept-Encoding', '')
  expect({ ...large, rest: { ...large.rest, vary } }).toEqual(small)
})

test('memory comes back when an answer has left, and is let go of where its client did', async () => {
  // More than the kernel keeps for who leaves.
  const big = [ok('big', 24_000_000)]
  const gone = { whole: false, whose: 'own' }
  expect(await ask({ ...reading, parts: big })).toEqual(all)
  // The gateway hears a little later than the client that all has left.
  expect(await ask({ ...reading, parts: [ok('small', 10)] })).toEqual(all)
  const [reused, idle] = [pool.taken.reused, pool.idleBytes]
  expect(await ask({ ...reading, parts: big, does: 'leave', after: 1 })).toEqual(gone)
  expect(pool.taken.reused).toBe(reused + 1)
  expect(await ask({ ...reading, parts: [ok('small', 10)] })).toEqual(all)
  expect(pool.idleBytes).toBeLessThan(idle - 24_000_000)
})

/** Asks without reading more than the head. */
async function open(part: Part, gzip = false): Promise<IncomingMessage> {
  const headers = { authorization: as(part.name), ...(gzip ? { 'accept-encoding': 'gzip' } : {}) }
  const path = pathOf([part])
  const sent = request({ port, ca, servername: 'localhost', path, headers, agent: false })
  sent.on('error', () => {})
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return response
}

/** What compresses elsewhere meanwhile takes its time on a busy machine. */
const patient = { timeout: 30_000 }

test.each([
  ['as they are', 'one', ok('one', 24_000_000), false],
  ['compressed', 'compressed', { ...ok('compressed', 32_000_000), how: 'noise' }, true],
] as const)(
  'of those who do not read what they asked for %s, each leaves room for others, and has their own again',
  async (_, name, part, gzip) => {
    const waiting: IncomingMessage[] = []
    for (let i = 0; i < 3; i++) waiting.push(await open(part, gzip))
    expect(waiting.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
    expect(waiting.map(({ headers }) => headers['content-encoding'] === 'gzip')).toEqual([gzip, gzip, gzip])
    const before = dispatched
    const refused = await open(ok(name, 24_000_000))
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1'])
    // Nothing was done for it.
    expect(dispatched).toBe(before)
    const other = await open(ok('other', 24_000_000))
    expect(other.statusCode).toBe(200)
    waiting[0]?.destroy()
    const again = async (): Promise<number | undefined> => {
      const response = await open(ok(name, 24_000_000))
      response.destroy()
      return response.statusCode
    }
    await vi.waitFor(async () => expect(await again()).toBe(200), patient)
    for (const response of [waiting[1], waiting[2], refused, other]) response?.destroy()
    await vi.waitFor(() => expect(unsent.bytes).toBe(0), patient)
  },
)

test('who reads goes on, and who does not for a minute loses the connection', async () => {
  const [sleeper, reader] = [await open(ok('sleeper', 24_000_000)), await open(ok('reader', 60_000_000))]
  let bytes = 0
  // More at a time than kernels keep; what they took of the other's at first counts as read.
  for (const upTo of [18_000_000, 36_000_000]) {
    for await (const chunk of reader.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > upTo) break
    }
    expect(unsent.bytes).toBeGreaterThan(80_000_000)
    clock.advance(60_000)
    unsent.look()
  }
  for await (const chunk of reader as AsyncIterable<Buffer>) bytes += chunk.length
  expect([reader.complete, bytes]).toEqual([true, whole([ok('reader', 60_000_000)]).length])
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  sleeper.once('close', resolve).resume()
  await closed
  expect(sleeper.complete).toBe(false)
  await vi.waitFor(() => expect(unsent.bytes).toBe(0))
})
