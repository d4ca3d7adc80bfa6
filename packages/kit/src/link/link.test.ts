import { once } from 'node:events'
import { connect } from 'node:tls'
import { operation, perUser } from '@parley/api'
import { AppError, badRequest, systemClock } from '@parley/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { createIdentities, type Identities } from '../../test/identities.ts'
import {
  echo,
  gate,
  onlyOnce,
  rawLink,
  rawSocket,
  startClient,
  startServer,
  until,
} from '../../test/link-fixture.ts'
import { inScope } from '../scope.ts'
import { watchCertificates } from '../tls/certificates.ts'
import { testDeps } from '../../test/deps.ts'

let identities: Identities
let auth: string
let gateway: string

beforeAll(async () => {
  identities = await createIdentities()
  auth = await identities.add('auth')
  gateway = await identities.add('gateway')
})
afterAll(() => identities[Symbol.asyncDispose]())

const statusOf = async (ws: WebSocket): Promise<number | undefined> => {
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, { statusCode?: number }]
  return response.statusCode
}

describe('calls', () => {
  test('a call is answered, and many share one connection', async () => {
    const server = await startServer({ certDir: auth })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`)
    const answers = await Promise.all(texts.map((text) => client.call(echo, { text })))
    expect(answers.map((a) => a.text)).toEqual(texts)
    expect(server.link.connections).toBe(1)
    expect(server.calls.every((c) => c.caller === 'gateway' && c.kind === 'call')).toBe(true)
    await expect(client.check()).resolves.toBeUndefined()
  })

  test("the other side's error arrives with code, message, data and whether it may be repeated", async () => {
    const server = await startServer({
      certDir: auth,
      handler: async (c) => {
        if (c.op === onlyOnce.id) throw new Error('canary')
        throw new AppError('RATE_LIMIT_HIT', 'Slow down', { data: { 'retry-after': 3 }, retryable: true })
      },
    })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    await expect(client.call(echo, { text: '' })).rejects.toMatchObject({
      code: 'RATE_LIMIT_HIT',
      message: 'Slow down',
      data: { 'retry-after': 3 },
      retryable: true,
    })
    const hidden = await client.call(onlyOnce, { text: '' }).catch((error: unknown) => error)
    expect(hidden).toMatchObject({ code: 'INTERNAL', message: 'Internal server error', retryable: false })
  })

  test('an operation carries its raw input, the facts of the request and the token, once', async () => {
    const server = await startServer({
      certDir: auth,
      handler: async () => ({ out: { a: 1 }, ignored: ['x'] }),
    })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    const declared = operation({
      id: 'get-it',
      method: 'GET',
      path: '/api/v1/it/{id}',
      service: 'auth',
      access: 'self:use',
      limits: [perUser('it', 1, 1)],
      callers: ['gateway'],
      transaction: 'read',
      params: { id: (await import('@parley/api')).param.pathInt() },
      response: z.object({ a: z.int() }),
    })
    const raw = { path: { id: '7' }, fields: { x: '1' } }
    const request = { org: 1, url: 'https://x', client: 'test', ip: '127.0.0.1' }
    for (const token of ['t1', 't2', 't1', null]) {
      const { json, ignored } = await client.operation(declared, raw, request, token)
      expect([json.bytes.toString(), ignored]).toEqual(['{"a":1}', ['x']])
    }
    expect(server.calls.map((c) => c.token)).toEqual(['t1', 't2', 't1', null])
    expect(server.calls[0]).toMatchObject({ kind: 'op', op: 'get-it', input: { raw, request } })
  })

  test('request id and deadline go along, and the deadline shrinks inside a call that is served', async () => {
    const server = await startServer({ certDir: auth })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    await client.call(echo, { text: '' }, { requestId: 'r-1', timeoutMs: 60_000 })
    const deadline = systemClock.monotonic() + 30_000
    await inScope({ requestId: 'r-2', deadline }, () =>
      client.call(echo, { text: '' }, { timeoutMs: 60_000 }),
    )
    expect(server.calls.map((c) => c.requestId)).toEqual(['r-1', 'r-2'])
    expect(server.calls[0]?.deadline).toBeGreaterThan(deadline)
    // Rounded up to whole milliseconds on the way.
    expect(server.calls[1]?.deadline).toBeLessThan(deadline + 1_000)
  })

  test('at the deadline both sides end: the caller gets UNAVAILABLE, the handler its signal', async () => {
    const aborted = Promise.withResolvers<unknown>()
    const server = await startServer({
      certDir: auth,
      handler: (c) =>
        new Promise((resolve, reject) => {
          if (c.op === echo.id) resolve({ out: c.input })
          c.signal.addEventListener('abort', () => {
            aborted.resolve(c.signal.reason)
            reject(badRequest('late'))
          })
        }),
    })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    await client.call(echo, { text: 'open' })
    await expect(client.call(onlyOnce, { text: '' }, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: false,
    })
    expect(await aborted.promise).toMatchObject({ code: 'UNAVAILABLE' })
    const over = inScope({ requestId: 'r', deadline: 0 }, () => client.call(echo, { text: '' }))
    await expect(over).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test("cancelling ends the handler's signal", async () => {
    const aborted = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const server = await startServer({
      certDir: auth,
      handler: async (c) => {
        c.signal.addEventListener('abort', () => aborted.resolve())
        arrived.resolve()
        await aborted.promise
        return { out: {} }
      },
    })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    const hangUp = new AbortController()
    const made = client.call(echo, { text: '' }, { signal: hangUp.signal })
    made.catch(() => {})
    await arrived.promise
    hangUp.abort()
    await expect(made).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await aborted.promise
    await expect(client.call(echo, { text: '' }, { signal: hangUp.signal })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })

  test('a service without a configured peer is unavailable', async () => {
    const server = await startServer({ certDir: auth })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    await expect(client.call({ ...echo, service: 'streams' }, { text: '' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })

  test('an answer that does not fit its declaration is not passed on', async () => {
    const server = await startServer({ certDir: auth, handler: async () => ({ out: { text: 7 } }) })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    await expect(client.call(echo, { text: '' })).rejects.toThrow(z.ZodError)
  })
})

describe('who may come', () => {
  test('a foreign authority, a server certificate and none at all are refused in the handshake', async () => {
    const server = await startServer({ certDir: auth })
    const stranger = await identities.add('gateway', { ca: identities.foreign })
    using certificates = watchCertificates(auth, testDeps())
    for (const open of [
      () => rawSocket(server, stranger),
      () => rawSocket(server, gateway, { key: certificates.server.key, cert: certificates.server.cert }),
      () => connect({ ...server.address, ca: identities.ca.pair.cert }),
      () => rawSocket(server, gateway, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }),
    ]) {
      const socket = open()
      // In TLS 1.3 the caller learns of it only when it reads.
      socket.on('error', () => {})
      socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
      const heard: Buffer[] = []
      socket.on('data', (chunk: Buffer) => heard.push(chunk))
      await new Promise((resolve) => socket.once('close', resolve))
      expect(heard).toEqual([])
    }
    await until(() => server.lines.filter((line) => line.includes('handshake')).length === 4)
  })

  test('another trust domain and names that call nobody are refused by the link', async () => {
    const server = await startServer({ certDir: auth })
    const elsewhere = await identities.add('gateway', { trustDomain: 'other.parley.internal' })
    const redis = await identities.add('redis')
    for (const dir of [elsewhere, redis]) {
      const ws = new WebSocket(`wss://127.0.0.1:${server.address.port}/link`, {
        createConnection: () => rawSocket(server, dir),
      })
      expect(await statusOf(ws)).toBe(403)
    }
  })

  test('only /link is upgraded', async () => {
    const server = await startServer({ certDir: auth })
    const ws = new WebSocket(`wss://127.0.0.1:${server.address.port}/other`, {
      createConnection: () => rawSocket(server, gateway),
    })
    expect(await statusOf(ws)).toBe(404)
  })

  test('a session is never resumed', async () => {
    const server = await startServer({ certDir: auth })
    const first = rawSocket(server, gateway)
    const session = once(first, 'session') as Promise<[Buffer]>
    first.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const [ticket] = await session
    const second = rawSocket(server, gateway, { session: ticket })
    await once(second, 'secureConnect')
    expect(second.isSessionReused()).toBe(false)
  })

  test('the caller refuses another service and another authority at the address', async () => {
    const streams = await startServer({ certDir: await identities.add('streams') })
    const fake = await startServer({ certDir: await identities.add('auth', { ca: identities.foreign }) })
    for (const [server, code] of [
      [streams, 'ERR_PARLEY_WRONG_SERVICE'],
      [fake, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ] as const) {
      const client = startClient({ certDir: gateway, auth: [server.address], limits: { waitMs: 50 } })
      await expect(client.call(echo, { text: '' })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
      })
      expect(client.lines.join()).toContain(code)
      expect(server.calls).toEqual([])
      await expect(client.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    }
  })
})

describe('bad frames', () => {
  test.each([
    ['no JSON', '{'],
    ['no frame', '{"t":"nothing"}'],
    ['a call without an id', '{"t":"call","op":"x","ms":1,"req":"r"}'],
    ['a slot that holds no token', '{"t":"op","id":1,"op":"x","ms":1,"req":"r","tok":3}'],
    ['a slot there is not', '{"t":"op","id":1,"op":"x","ms":1,"req":"r","tok":[5000,"t"]}'],
  ])('%s cuts the connection and reaches no handler', async (_what, text) => {
    const server = await startServer({ certDir: auth })
    const ws = await rawLink(server, gateway)
    ws.send(text)
    const [code] = (await once(ws, 'close')) as [number]
    expect(code).toBe(1006)
    expect(server.calls).toEqual([])
    expect(server.lines.join()).toContain('malformed')
  })

  test('binary frames and an id in use cut it too', async () => {
    const held = gate()
    const server = await startServer({ certDir: auth, handler: held.handler })
    const binary = await rawLink(server, gateway)
    binary.send(Buffer.from('{}'), { binary: true })
    await once(binary, 'close')
    const twice = await rawLink(server, gateway)
    const frame = JSON.stringify({ t: 'call', id: 1, op: 'x', ms: 1000, req: 'r', in: {} })
    twice.send(frame)
    twice.send(frame)
    await once(twice, 'close')
    expect(server.calls.length).toBe(1)
    expect(server.calls[0]?.signal.aborted).toBe(true)
    held.open()
  })

  test('an oversized frame is refused by its sender and, where it comes all the same, by the server', async () => {
    const server = await startServer({ certDir: auth, limits: { requestBytes: 1000 } })
    const client = startClient({ certDir: gateway, auth: [server.address], limits: { requestBytes: 1000 } })
    const big = { text: 'x'.repeat(2000) }
    await expect(client.call(echo, big)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    expect(await client.call(echo, { text: 'small' })).toEqual({ text: 'small' })
    const ws = await rawLink(server, gateway)
    ws.send(JSON.stringify(big))
    const [code] = (await once(ws, 'close')) as [number]
    expect(code).toBe(1009)
  })

  test('an oversized answer becomes an error and the connection lives', async () => {
    const server = await startServer({
      certDir: auth,
      limits: { answerBytes: 1000 },
      handler: async (c) => ({ out: c.op === onlyOnce.id ? { text: 'x'.repeat(2000) } : c.input }),
    })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    await expect(client.call(onlyOnce, { text: '' })).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(await client.call(echo, { text: 'small' })).toEqual({ text: 'small' })
  })
})
