import { readFile } from 'node:fs/promises'
import { role } from '@parley/access'
import { type Input, listChannels, type Operation, subscribe, unsubscribe } from '@parley/api'
import { systemClock, systemIds } from '@parley/core'
import {
  createLinkClient,
  createLogger,
  createMetrics,
  createTokenMinter,
  type LinkClient,
  type ServiceDeps,
  TokenKey,
  TokenKeys,
  watchCertificates,
} from '@parley/kit'
import { certDirOf, testServers } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStreams } from '../src/index.ts'
import { type Fixture, fixture, type Person } from './fixture.ts'

const opened = new AsyncDisposableStack()
const lines: string[] = []
const deps = (service: string): ServiceDeps => ({
  clock: systemClock,
  ids: systemIds,
  logger: createLogger({
    service,
    node: `${service}-1`,
    level: 'debug',
    to: { write: (line) => void lines.push(line) },
  }),
  metrics: createMetrics(service),
})

let f: Fixture
let link: LinkClient
let token: (who: Person) => Promise<string>

beforeAll(async () => {
  const servers = await testServers()
  f = opened.use(await fixture())
  const { host, port, database } = await f.database.options('streams')
  const tokenKeys = TokenKeys.parse(JSON.parse(await readFile(servers.tokenKeys, 'utf8')))
  const service = opened.use(
    await createStreams(
      {
        node: 'streams-1',
        trustDomain: servers.trustDomain,
        certDir: certDirOf(servers, 'streams'),
        listen: { host: '127.0.0.1', port: 0 },
        peers: {},
        tokenKeys,
        logLevel: 'debug',
        otlpEndpoint: null,
        postgres: { host, port, database, pool: 4 },
        nats: { url: servers.nats.url },
        webPublicChannels: 'on',
      },
      deps('streams'),
    ),
  )
  const gateway = deps('gateway')
  link = opened.use(
    createLinkClient({
      config: { trustDomain: servers.trustDomain, peers: { streams: [service.linkAddress] } },
      certificates: opened.use(watchCertificates(certDirOf(servers, 'gateway'), gateway)),
      deps: gateway,
    }),
  )
  const key = TokenKey.parse(JSON.parse(await readFile(servers.tokenKey.gateway, 'utf8')))
  const minter = createTokenMinter(key, systemClock)
  token = (who) => minter.mint(who.principal)
})
afterAll(() => opened.disposeAsync())

const ask = async <O extends Operation>(who: Person, operation: O, input: Partial<Input<O>>) => {
  const fields = Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, JSON.stringify(value)]),
  )
  const request = { org: who.principal.org, url: 'https://parley.test', client: 'test', ip: '127.0.0.1' }
  const { json, ignored } = await link.operation(operation, { path: {}, fields }, request, await token(who))
  return { data: JSON.parse(json.bytes.toString()) as unknown, ignored }
}

test('a conversation about channels over the link, with certificates and tokens as in use', async () => {
  const org = await f.organisation()
  const ada = await f.person(org, role.member)
  const bob = await f.person(org, role.member)
  const subscriptions = [{ name: 'canary channel', description: 'canary description' }]
  await ask(ada, subscribe, { subscriptions, principals: [ada.id, bob.id] })
  // No gateway holds a lease, so nothing is waited for.
  expect(await ask(bob, unsubscribe, { subscriptions: ['canary channel'] })).toEqual({
    data: { removed: ['canary channel'], not_removed: [] },
    ignored: [],
  })
  const { data } = await ask(bob, listChannels, {})
  expect(data).toMatchObject({ streams: [{ name: 'canary channel', subscriber_count: 1 }] })
  await expect(ask(ada, unsubscribe, { subscriptions: ['canary absent'] })).rejects.toMatchObject({
    code: 'STREAM_DOES_NOT_EXIST',
  })
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join('')).not.toContain('canary')
})
