import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIdentities, type Identities } from '../../test/identities.ts'
import {
  echo,
  gate,
  onlyOnce,
  rawLink,
  startClient,
  startServer,
  until,
  warm,
} from '../../test/link-fixture.ts'
import { startProxy } from '../../test/proxy.ts'

let identities: Identities
let auth: string
let gateway: string

beforeAll(async () => {
  identities = await createIdentities()
  auth = await identities.add('auth')
  gateway = await identities.add('gateway')
})
afterAll(() => identities[Symbol.asyncDispose]())

const text = 'x'

describe('a lost connection', () => {
  test('fails its calls; only one that may be made twice is called retryable', async () => {
    const held = gate()
    const server = await startServer({ certDir: auth, handler: held.handler })
    const proxy = await startProxy(server.address)
    const client = startClient({ certDir: gateway, auth: [proxy.address] })
    const made = client.call(onlyOnce, { text })
    made.catch(() => {})
    await held.arrived
    proxy.break()
    await expect(made).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false })
    await until(() => server.calls[0]?.signal.aborted === true)
    held.open()
    expect(await client.call(onlyOnce, { text })).toEqual({ text })
    expect(client.lines.join()).toContain('link lost')
  })

  test('an idempotent call is made once more elsewhere, and only once', async () => {
    const held = gate()
    const first = await startServer({ certDir: auth, handler: held.handler })
    const second = await startServer({ certDir: auth })
    const proxy = await startProxy(first.address)
    const client = startClient({ certDir: gateway, auth: [proxy.address, second.address] })
    await warm(client, first, second)
    const made = [client.call(echo, { text: 'a' }), client.call(echo, { text: 'b' })]
    await held.arrived
    proxy.break()
    expect(await Promise.all(made)).toEqual([{ text: 'a' }, { text: 'b' }])
    expect(first.calls.length).toBe(1)
    expect(second.calls.length).toBe(2)
    held.open()
  })

  test('lost twice, it fails as retryable', async () => {
    const held = gate()
    const server = await startServer({ certDir: auth, handler: held.handler })
    const proxy = await startProxy(server.address)
    const client = startClient({ certDir: gateway, auth: [proxy.address] })
    const made = client.call(echo, { text })
    made.catch(() => {})
    await held.arrived
    proxy.break()
    await until(() => server.calls.length === 2)
    proxy.break()
    await expect(made).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    held.open()
  })

  test('a server that comes back at its place is found again, calls wait for it', async () => {
    const server = await startServer({ certDir: auth })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    await client.call(onlyOnce, { text })
    await server.stop()
    await until(() => client.lines.join().includes('link cannot be opened'))
    const waiting = client.call(onlyOnce, { text: 'later' }, { timeoutMs: 60_000 })
    const again = await startServer({ certDir: auth, port: server.address.port })
    expect(await waiting).toEqual({ text: 'later' })
    expect(again.calls.length).toBe(1)
    expect(client.lines.join()).toContain('link is open again')
  })

  // Each side by itself: where both would leave, whoever is first takes the other's reason away.
  const patient = { heartbeatMs: 5 }
  const impatient = { heartbeatMs: 5, silentMs: 250 }

  test('F40 a caller that falls silent is left', async () => {
    const server = await startServer({ certDir: auth, limits: impatient })
    const proxy = await startProxy(server.address)
    const client = startClient({ certDir: gateway, auth: [proxy.address], limits: patient })
    await client.call(echo, { text })
    proxy.hold()
    await until(() => server.lines.join().includes('silent'))
    proxy.heal()
    expect(await client.call(echo, { text })).toEqual({ text })
    expect(proxy.made).toBeGreaterThan(1)
  })

  test('F40 a server that falls silent is left', async () => {
    const server = await startServer({ certDir: auth, limits: patient })
    const proxy = await startProxy(server.address)
    const client = startClient({ certDir: gateway, auth: [proxy.address], limits: impatient })
    await client.call(echo, { text })
    proxy.hold()
    await until(() => client.lines.join().includes('link lost'))
    proxy.heal()
    expect(await client.call(echo, { text })).toEqual({ text })
    expect(proxy.made).toBeGreaterThan(1)
  })
})

describe('leaving in order', () => {
  test('a draining server answers what it has, and new calls go elsewhere', async () => {
    const held = gate()
    const first = await startServer({ certDir: auth, handler: held.handler })
    const client = startClient({ certDir: gateway, auth: [first.address] })
    const made = client.call(onlyOnce, { text: 'old' })
    await held.arrived
    const stopping = first.stop()
    const second = await startServer({ certDir: auth })
    const other = startClient({ certDir: gateway, auth: [first.address, second.address] })
    expect(await other.call(onlyOnce, { text: 'new' })).toEqual({ text: 'new' })
    held.open()
    expect(await made).toEqual({ text: 'old' })
    await stopping
    expect(first.calls.length).toBe(1)
    expect(first.lines.join()).not.toContain('cut')
  })

  test('a caller that does not leave is cut', async () => {
    const server = await startServer({ certDir: auth, limits: { drainMs: 10 } })
    const ws = await rawLink(server, gateway)
    const told = once(ws, 'message') as Promise<[Buffer]>
    const stopping = server.stop()
    const [frame] = await told
    expect(JSON.parse(frame.toString())).toEqual({ t: 'drain' })
    await once(ws, 'close')
    await stopping
    expect(server.lines.join()).toContain('drained')
  })

  test('disposing a client waits for its calls', async () => {
    const held = gate()
    const server = await startServer({ certDir: auth, handler: held.handler })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    const made = client.call(onlyOnce, { text })
    await held.arrived
    const closing = client[Symbol.asyncDispose]()
    await expect(client.call(onlyOnce, { text })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    held.open()
    expect(await made).toEqual({ text })
    await closing
    await until(() => server.link.connections === 0)
  })

  test.each([
    ['the caller', { ageMs: 30, heartbeatMs: 5 }, { heartbeatMs: 5 }],
    ['the server', {}, { ageMs: 20, heartbeatMs: 5 }],
  ])('an old connection is replaced by the wish of %s and no call is lost', async (_who, ours, theirs) => {
    const server = await startServer({ certDir: auth, limits: theirs })
    const proxy = await startProxy(server.address)
    const client = startClient({ certDir: gateway, auth: [proxy.address], limits: ours })
    let calls = 0
    while (proxy.made < 4) {
      expect(await client.call(onlyOnce, { text: String(++calls) })).toEqual({ text: String(calls) })
    }
    expect(server.calls.length).toBe(calls)
    expect(client.lines.join()).not.toContain('lost')
  })

  test('F62 who does not follow the wish to renew is cut', async () => {
    const server = await startServer({ certDir: auth, limits: { ageMs: 10, heartbeatMs: 5, drainMs: 20 } })
    const ws = await rawLink(server, gateway)
    const [frame] = (await once(ws, 'message')) as [Buffer]
    expect(JSON.parse(frame.toString())).toEqual({ t: 'renew' })
    await once(ws, 'close')
    await until(() => server.lines.join().includes('"old"'))
  })
})

describe('bounds', () => {
  test('beyond its bound a server answers busy, and the call goes elsewhere', async () => {
    const held = gate()
    const full = await startServer({ certDir: auth, handler: held.handler, limits: { inFlight: 1 } })
    const free = await startServer({ certDir: auth })
    const client = startClient({ certDir: gateway, auth: [full.address, free.address] })
    await warm(client, full, free)
    const calls = Array.from({ length: 6 }, (_, i) => client.call(onlyOnce, { text: String(i) }))
    await held.arrived
    await until(() => free.calls.length === 5)
    held.open()
    expect((await Promise.all(calls)).map((a) => a.text)).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(full.calls.length).toBe(1)
  })

  test('where there is no other, busy is UNAVAILABLE and may be repeated', async () => {
    const held = gate()
    const server = await startServer({ certDir: auth, handler: held.handler, limits: { inFlight: 1 } })
    const client = startClient({ certDir: gateway, auth: [server.address] })
    const made = client.call(onlyOnce, { text })
    await held.arrived
    await expect(client.call(onlyOnce, { text })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    })
    held.open()
    await made
  })

  test('a caller holds back at its own bound of calls in flight', async () => {
    const held = gate()
    const server = await startServer({ certDir: auth, handler: held.handler })
    const client = startClient({ certDir: gateway, auth: [server.address], limits: { inFlight: 1 } })
    const made = client.call(onlyOnce, { text })
    await held.arrived
    await expect(client.call(onlyOnce, { text })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    })
    held.open()
    await made
    expect(server.calls.length).toBe(1)
  })

  test('a caller holds back while its bytes do not leave', async () => {
    const server = await startServer({ certDir: auth })
    const proxy = await startProxy(server.address)
    const client = startClient({
      certDir: gateway,
      auth: [proxy.address],
      limits: { bufferedBytes: 100_000 },
    })
    await client.call(onlyOnce, { text })
    proxy.hold()
    const big = { text: 'x'.repeat(1_000_000) }
    const refused: unknown[] = []
    const made: Promise<unknown>[] = []
    while (refused.length === 0) {
      made.push(client.call(onlyOnce, big).catch((error: unknown) => refused.push(error)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(refused[0]).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    proxy.break()
    await Promise.all(made)
  })

  test('a caller that reads nothing is read no more, then cut; others are served', async () => {
    const answer = 'x'.repeat(1_000_000)
    const server = await startServer({
      certDir: auth,
      limits: { bufferedBytes: 100_000, heartbeatMs: 10, silentMs: 100 },
      handler: async (c) => ({ out: { text: c.requestId === 'greedy' ? answer : 'served' } }),
    })
    const proxy = await startProxy(server.address)
    const greedy = startClient({ certDir: gateway, auth: [proxy.address] })
    await greedy.call(echo, { text })
    proxy.hold('answers')
    const made = Array.from({ length: 50 }, () =>
      greedy.call(onlyOnce, { text }, { requestId: 'greedy' }).catch((error: unknown) => error),
    )
    const other = startClient({ certDir: gateway, auth: [server.address] })
    expect(await other.call(onlyOnce, { text })).toEqual({ text: 'served' })
    await until(() => server.lines.join().includes('"slow"'))
    proxy.break()
    for (const error of await Promise.all(made)) expect(error).toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('a caller that reads again is read again', async () => {
    const answer = 'x'.repeat(1_000_000)
    const server = await startServer({
      certDir: auth,
      limits: { bufferedBytes: 100_000 },
      handler: async (c) => ({ out: { text: c.op === echo.id ? text : answer } }),
    })
    const proxy = await startProxy(server.address)
    const client = startClient({ certDir: gateway, auth: [proxy.address] })
    await client.call(echo, { text })
    proxy.hold('answers')
    const made = Array.from({ length: 40 }, () => client.call(onlyOnce, { text }))
    await until(() => server.calls.length === 41)
    const later = client.call(echo, { text })
    proxy.heal()
    expect((await Promise.all(made)).every((a) => a.text === answer)).toBe(true)
    expect(await later).toEqual({ text })
    expect(server.lines.join()).not.toContain('cut')
  })

  test('calls that wait for a connection are bounded in number and time', async () => {
    const proxy = await startProxy({ host: '127.0.0.1', port: 1 })
    const client = startClient({
      certDir: gateway,
      auth: [proxy.address],
      limits: { waiting: 1, waitMs: 100 },
    })
    const first = client.call(echo, { text })
    first.catch(() => {})
    await expect(client.call(echo, { text })).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    await expect(first).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  })
})

describe('instances', () => {
  test('F03 a call waits for one that stops in order longer than for one that is not there', async () => {
    const server = await startServer({ certDir: auth })
    const client = startClient({ certDir: gateway, auth: [server.address], limits: { waitMs: 100 } })
    await warm(client, server)
    await server.stop()
    const waits = client.call(onlyOnce, { text })
    const nowhere = { host: '127.0.0.1', port: 1 }
    const lost = startClient({ certDir: gateway, auth: [nowhere], limits: { waitMs: 100 } })
    await expect(lost.call(onlyOnce, { text })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await startServer({ certDir: auth, port: server.address.port })
    expect(await waits).toEqual({ text })
  })

  test('names are resolved again: new instances are called, former ones left when they have answered', async () => {
    const held = gate()
    const certDir = await identities.add('auth', { dns: ['auth.test'] })
    const first = await startServer({ certDir, handler: held.handler })
    const proxy = await startProxy(first.address)
    let ips = ['127.0.0.1']
    const client = startClient({
      certDir: gateway,
      auth: [{ host: 'auth.test', port: proxy.address.port }],
      limits: { resolveMs: 5 },
      resolve: async () => {
        if (ips.length === 0) throw Object.assign(new Error('no name'), { code: 'ENOTFOUND' })
        return ips
      },
    })
    const made = client.call(onlyOnce, { text: 'old' })
    await held.arrived
    ips = []
    await until(() => client.lines.join().includes('ENOTFOUND'))
    expect(proxy.open).toBe(1)
    ips = ['127.0.0.2']
    const refused = client.call(onlyOnce, { text: 'new' }, { timeoutMs: 300 })
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    held.open()
    expect(await made).toEqual({ text: 'old' })
    await until(() => proxy.open === 0)
    ips = ['127.0.0.1']
    expect(await client.call(onlyOnce, { text: 'back' }, { timeoutMs: 60_000 })).toEqual({ text: 'back' })
  })

  test('a client that is disposed before its names are resolved opens nothing', async () => {
    const names = Promise.withResolvers<string[]>()
    const server = await startServer({ certDir: auth })
    const proxy = await startProxy(server.address)
    const client = startClient({ certDir: gateway, auth: [proxy.address], resolve: () => names.promise })
    const waiting = client.call(echo, { text })
    const closing = client[Symbol.asyncDispose]()
    names.resolve(['127.0.0.1'])
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await closing
    expect(proxy.made).toBe(0)
  })

  test('a client that is disposed while it connects closes what opens', async () => {
    const server = await startServer({ certDir: auth })
    const client = startClient({
      certDir: gateway,
      auth: [server.address],
      resolve: async () => ['127.0.0.1'],
    })
    await Promise.resolve()
    await client[Symbol.asyncDispose]()
    await until(() => server.link.connections === 0)
    await expect(client.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('F43 the name asked for must be in the certificate', async () => {
    const server = await startServer({ certDir: auth })
    const client = startClient({
      certDir: gateway,
      auth: [{ host: 'elsewhere.test', port: server.address.port }],
      limits: { waitMs: 100 },
      resolve: async () => ['127.0.0.1'],
    })
    await expect(client.call(echo, { text })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(client.lines.join()).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  test('names of the machine are resolved by the system', async () => {
    const server = await startServer({ certDir: auth })
    const client = startClient({
      certDir: gateway,
      auth: [{ host: 'localhost', port: server.address.port }],
    })
    expect(await client.call(onlyOnce, { text }, { timeoutMs: 60_000 })).toEqual({ text })
  })
})
