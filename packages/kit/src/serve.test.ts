import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { AppError, badRequest } from '@parley/core'
import { createTokenKey, factsOf, jwksOf } from '@parley/crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { askIt, readIt, writeIt } from '../test/declared.ts'
import { testDeps } from '../test/deps.ts'
import { fakeDatabase, type FakeTx } from '../test/fake-database.ts'
import { createIdentities, type Identities, trustDomain, writeIdentity } from '../test/identities.ts'
import { rawLink, rawSocket, until } from '../test/link-fixture.ts'
import { startProxy } from '../test/proxy.ts'
import {
  type Address,
  answer,
  ConfigError,
  createLinkClient,
  createTokenMinter,
  currentScope,
  type Route,
  route,
  type RunningService,
  serve,
  type ServeOptions,
  systemResolve,
  TokenKey,
  TokenKeys,
  watchCertificates,
} from './index.ts'

const canary = 'canary-77b1'
let identities: Identities
let streams: string
let gateway: string
let relay: string
let key: TokenKey
let tokenKeys: TokenKeys

beforeAll(async () => {
  identities = await createIdentities()
  streams = await identities.add('streams')
  gateway = await identities.add('gateway')
  relay = await identities.add('relay')
  const made = await createTokenKey('gateway')
  key = TokenKey.parse(made.privateJwk)
  tokenKeys = TokenKeys.parse(jwksOf([made]))
})
afterAll(() => identities[Symbol.asyncDispose]())

type Options = Partial<ServeOptions<null, FakeTx>>

async function started(
  options: Options = {},
): Promise<RunningService & { readonly deps: ReturnType<typeof testDeps> }> {
  const deps = testDeps('streams')
  const certificates = watchCertificates(streams, deps)
  const service = await serve<null, FakeTx>({
    service: 'streams',
    config: { listen: { host: '127.0.0.1', port: 0 }, trustDomain, tokenKeys },
    deps,
    certificates,
    routes: [],
    calls: [],
    ctx: null,
    database: fakeDatabase(),
    afterCommit: { appendedIn: () => null, hint: () => {}, barrier: async () => {} },
    ...options,
  })
  let ended: Promise<void> | undefined
  const stop = (): Promise<void> => (ended ??= Promise.resolve(service[Symbol.asyncDispose]()))
  onTestFinished(async () => {
    await stop()
    certificates[Symbol.dispose]()
  })
  return { linkAddress: service.linkAddress, deps, [Symbol.asyncDispose]: stop }
}

function caller(address: Address, dir = gateway) {
  const deps = testDeps('gateway')
  const certificates = watchCertificates(dir, deps)
  const config = { peers: { streams: [address] }, trustDomain }
  const client = createLinkClient({ config, certificates, deps, resolve: systemResolve })
  onTestFinished(async () => {
    await client[Symbol.asyncDispose]()
    certificates[Symbol.dispose]()
  })
  return { client, deps }
}

interface Got {
  readonly status: number | undefined
  readonly body: string
}

/** A request to the internal listener with the certificate of a folder. */
async function get(address: Address, path: string, dir = gateway): Promise<Got> {
  using certificates = watchCertificates(dir, testDeps())
  const asking = httpsRequest({ ...address, path, ...certificates.client, agent: false })
  asking.end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode, body: Buffer.concat(chunks).toString() }
}

const facts = { org: 2, url: 'https://x', client: 'test', ip: '127.0.0.1' }
const principal = { org: 2, user: 30, generation: 4, credential: 'key:5' }
const none = { path: {}, fields: {} }
const valued = (value: number): Route<null, FakeTx> => route(readIt, async () => ({ value }))

describe('operations over the link', () => {
  test('a token of the gateway opens them; the answer has been through the schema', async () => {
    const service = await started({ routes: [valued(3)] })
    const { client, deps } = caller(service.linkAddress)
    const token = await createTokenMinter(key, deps.clock).mint(principal)
    const { json, ignored } = await client.operation(readIt, { path: {}, fields: { odd: '1' } }, facts, token)
    expect([json.bytes.toString(), ignored]).toEqual(['{"value":3}', ['odd']])
    const refused = { code: 'UNAUTHORIZED' }
    await expect(client.operation(readIt, none, facts, null)).rejects.toMatchObject(refused)
    await expect(client.operation(readIt, none, facts, 'forged')).rejects.toMatchObject(refused)
    await expect(client.operation(readIt, none, { ...facts, org: 3 }, token)).rejects.toMatchObject(refused)
  })

  test('what is declared but not mounted answers 404, and whoever is not on the list 401', async () => {
    const service = await started({ routes: [valued(1)], calls: [answer(askIt, async ({ input }) => input)] })
    const { client, deps } = caller(service.linkAddress)
    const token = await createTokenMinter(key, deps.clock).mint(principal)
    await expect(client.operation(writeIt, none, facts, token)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
    })
    const other = caller(service.linkAddress, relay).client
    await expect(other.operation(readIt, none, facts, token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(other.call(askIt, { text: 'x' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    expect(await client.call(askIt, { text: 'x' })).toEqual({ text: 'x' })
  })

  test('a malformed operation is refused', async () => {
    const service = await started({ routes: [valued(1)] })
    const address = service.linkAddress
    const ws = await rawLink({ address }, gateway, 'streams')
    ws.send(JSON.stringify({ t: 'op', id: 1, op: readIt.id, ms: 1000, req: 'r', in: { raw: 1 } }))
    const [frame] = (await once(ws, 'message')) as [Buffer]
    expect(JSON.parse(frame.toString())).toMatchObject({
      t: 'err',
      code: 'BAD_REQUEST',
      msg: 'Malformed call',
    })
  })

  test('an unknown error answers INTERNAL and is logged without a word of it', async () => {
    const service = await started({
      calls: [
        answer(askIt, async () => {
          throw Object.assign(new Error(`${canary} message`), { detail: canary, code: '23505' })
        }),
      ],
    })
    const { client } = caller(service.linkAddress)
    const error: unknown = await client
      .call(askIt, { text: canary }, { requestId: 'r-9' })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'Internal server error', data: {} })
    const lines = service.deps.lines.join('')
    expect(lines).toContain('"error_code":"23505"')
    expect(lines).toContain('serve.test.ts')
    expect(lines).not.toContain(canary)
  })

  test('errors that callers may know are not faults; what is unavailable is a warning', async () => {
    const service = await started({
      calls: [
        answer(askIt, async ({ input }) => {
          throw input.text === 'bad' ? badRequest(canary) : new AppError('UNAVAILABLE', 'gone')
        }),
      ],
    })
    const { client } = caller(service.linkAddress)
    await expect(client.call(askIt, { text: 'bad' })).rejects.toThrow(canary)
    expect(service.deps.lines.join('')).not.toContain('call ')
    await expect(client.call(askIt, { text: 'x' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(service.deps.lines.join('')).toContain('call could not be served')
  })

  test('the handler runs in the scope of its call', async () => {
    const service = await started({
      calls: [answer(askIt, async () => ({ text: currentScope()?.requestId ?? '' }))],
    })
    const { client } = caller(service.linkAddress)
    expect(await client.call(askIt, { text: '' }, { requestId: 'r-3' })).toEqual({ text: 'r-3' })
  })

  test('a service whose own pools are more than the server takes does not start', async () => {
    const database = fakeDatabase()
    const own = { host: '127.0.0.1', port: 4001 }
    const config = {
      listen: { host: '127.0.0.1', port: 0 },
      trustDomain,
      tokenKeys,
      peers: { streams: [own, { ...own, port: 4002 }] },
      postgres: { host: 'localhost', port: 5432, database: 'parley', pool: 46 },
    }
    const refused: unknown = await started({ database, config }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ConfigError)
    expect(refused).toMatchObject({ problems: [expect.stringContaining('streams 2 x 46') as string] })
    await started({ database, config: { ...config, postgres: { ...config.postgres, pool: 45 } } })
    database.most = null
    const { deps } = await started({ database, config })
    expect(deps.lines.join('')).toContain('pool sizes are not checked')
  })

  test('a service that mounts something twice does not start', async () => {
    await expect(started({ routes: [valued(1), valued(1)] })).rejects.toThrow('mounted twice')
  })
})

describe('certificates replaced while running', () => {
  test('F60 new connections are met with the new one, open ones stay, no call is lost', async () => {
    const dir = await identities.add('streams')
    const deps = testDeps()
    using certificates = watchCertificates(dir, deps)
    const service = await started({ certificates, calls: [answer(askIt, async ({ input }) => input)] })
    const { client } = caller(service.linkAddress)
    const serial = async (): Promise<string> => {
      const socket = rawSocket({ address: service.linkAddress }, gateway, {}, 'streams')
      await once(socket, 'secureConnect')
      return socket.getPeerCertificate().serialNumber
    }
    const before = await serial()
    let calls = 0
    const done = new AbortController()
    const calling = (async () => {
      while (!done.signal.aborted)
        expect(await client.call(askIt, { text: String(++calls) })).toEqual({ text: String(calls) })
    })()
    await client.call(askIt, { text: '' })
    await writeIdentity(dir, 'streams', identities.ca)
    await until(() => deps.lines.join('').includes('certificates replaced'))
    certificates.reload()
    expect(await serial()).not.toBe(before)
    done.abort()
    await calling
    expect(service.deps.lines.join('')).not.toContain('cut')
  })

  test('F63 a connection whose certificate is revoked is cut, and no other', async () => {
    const dir = await identities.add('streams')
    const deps = testDeps()
    using certificates = watchCertificates(dir, deps)
    const service = await started({ certificates, calls: [answer(askIt, async ({ input }) => input)] })
    const stranger = await identities.add('gateway')
    const { client } = caller(service.linkAddress)
    await client.call(askIt, { text: 'before' })
    const ws = await rawLink({ address: service.linkAddress }, stranger, 'streams')
    const gone = once(ws, 'close')
    using theirs = watchCertificates(stranger, deps)
    const { serial } = factsOf(theirs.client.cert)
    await writeFile(join(dir, 'ca.crl'), await identities.ca.revoke([serial]))
    certificates.reload()
    await gone
    expect(service.deps.lines.filter((line) => line.includes('revoked'))).toHaveLength(1)
    const again = rawSocket({ address: service.linkAddress }, stranger, {}, 'streams')
    again.on('error', () => {})
    await once(again, 'close')
    expect(await client.call(askIt, { text: 'after' })).toEqual({ text: 'after' })
  })

  test('F61 who came by an authority that is trusted no more is asked to come again, and those who can do', async () => {
    const dir = await identities.add('streams')
    const deps = testDeps()
    using certificates = watchCertificates(dir, deps)
    const service = await started({ certificates, calls: [answer(askIt, async ({ input }) => input)] })
    const ws = await rawLink({ address: service.linkAddress }, gateway, 'streams')
    const asked = once(ws, 'message') as Promise<[Buffer]>
    await writeIdentity(dir, 'streams', identities.foreign)
    certificates.reload()
    const [frame] = await asked
    expect(JSON.parse(frame.toString())).toEqual({ t: 'renew' })
    ws.close(1000)
  })

  test('F61 a caller whose certificates are replaced takes another connection', async () => {
    const service = await started({ calls: [answer(askIt, async ({ input }) => input)] })
    const dir = await identities.add('gateway')
    const deps = testDeps('gateway')
    using certificates = watchCertificates(dir, deps)
    const proxy = await startProxy(service.linkAddress)
    await using client = createLinkClient({
      config: { peers: { streams: [proxy.address] }, trustDomain },
      certificates,
      deps,
    })
    expect(await client.call(askIt, { text: '1' })).toEqual({ text: '1' })
    await writeIdentity(dir, 'gateway', identities.ca)
    certificates.reload()
    await until(() => proxy.made > 1)
    expect(await client.call(askIt, { text: '2' })).toEqual({ text: '2' })
  })
})

describe('probes and metrics', () => {
  test('are answered to certificates of ours alone', async () => {
    const service = await started({ checks: { postgres: async () => {} } })
    const address = service.linkAddress
    expect(await get(address, '/livez')).toEqual({ status: 200, body: '{"ok":true}' })
    expect(await get(address, '/readyz')).toEqual({ status: 200, body: '{"ok":true,"failing":[]}' })
    expect((await get(address, '/nothing')).status).toBe(404)
    const elsewhere = await identities.add('gateway', { trustDomain: 'other.parley.internal' })
    expect((await get(address, '/livez', elsewhere)).status).toBe(403)
    expect((await get(address, '/metrics', elsewhere)).status).toBe(403)
  })

  test('what is missing is named, and a draining service is not ready', async () => {
    const service = await started({
      checks: {
        postgres: async () => {
          throw new Error(canary)
        },
        nats: async () => true,
      },
      calls: [answer(askIt, async ({ input }) => input)],
    })
    const address = service.linkAddress
    expect(await get(address, '/readyz')).toEqual({
      status: 503,
      body: '{"ok":false,"failing":["postgres"]}',
    })
    const ws = await rawLink({ address }, gateway, 'streams')
    const stopping = service[Symbol.asyncDispose]()
    await once(ws, 'message')
    expect(await get(address, '/readyz')).toEqual({
      status: 503,
      body: '{"ok":false,"failing":["draining"]}',
    })
    ws.close(1000)
    await stopping
  })

  test('calls are counted by operation and code; unknown names share one', async () => {
    const service = await started({ calls: [answer(askIt, async ({ input }) => input)] })
    const { client, deps } = caller(service.linkAddress)
    await client.call(askIt, { text: 'x' })
    await client.call({ ...askIt, id: canary }, { text: 'x' }).catch(() => {})
    const { body } = await get(service.linkAddress, '/metrics')
    expect(body).toMatch(/parley_served_total\{op="streams.ask-it",code="ok",service="streams"\} 1/)
    expect(body).toMatch(/parley_served_total\{op="unknown",code="NOT_FOUND",service="streams"\} 1/)
    expect(body).toMatch(/parley_serving_seconds_count\{service="streams",op="streams.ask-it"\} 1/)
    expect(body).toMatch(/parley_link_in_flight\{side="served",service="streams"\} 0/)
    expect(body).not.toContain(canary)
    expect(await deps.metrics.registry.metrics()).toMatch(
      /parley_called_total\{op="streams.ask-it",code="ok"/,
    )
  })

  test('a service may add routes for bodies that stream; their errors tell nothing', async () => {
    const service = await started({
      checks: { stuck: () => new Promise(() => {}) },
      http: (app) => {
        app.get('/teapot', async () => {
          throw Object.assign(new Error(canary), { statusCode: 418 })
        })
        app.get('/files/:id', async (request) => {
          if (request.url.endsWith('/1')) throw new AppError('NOT_FOUND', 'no such file')
          throw new Error(canary)
        })
      },
    })
    expect(await get(service.linkAddress, '/teapot')).toEqual({ status: 418, body: '{"code":"BAD_REQUEST"}' })
    expect((await get(service.linkAddress, '/readyz')).body).toBe('{"ok":false,"failing":["stuck"]}')
    expect(await get(service.linkAddress, '/files/1')).toEqual({ status: 404, body: '{"code":"NOT_FOUND"}' })
    expect(await get(service.linkAddress, `/files/${canary}`)).toEqual({
      status: 500,
      body: '{"code":"INTERNAL"}',
    })
    expect(service.deps.lines.join('')).not.toContain(canary)
    expect(service.deps.lines.join('')).toContain('/files/:id')
  })
})
