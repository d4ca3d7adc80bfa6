import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  authenticate,
  createAccount,
  createOrganisation,
  deactivateUser,
  findOrganisation,
  getOwnUser,
  type Principal,
} from '@parley/api'
import { systemClock, systemIds } from '@parley/core'
import {
  type Certificates,
  createLinkClient,
  createLogger,
  createMetrics,
  createTokenMinter,
  loadConfig,
  type LinkClient,
  type RunningService,
  type ServiceDeps,
  TokenKey,
  TokenKeys,
} from '@parley/kit'
import { certDirOf, type TestDatabase, testDatabase, testServers } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuth } from '../src/index.ts'
import { mailSettings } from '../src/mail/config.ts'
import { goodPassword, refusalOf } from './harness.ts'

const opened = new AsyncDisposableStack()
const lines: string[] = []
const deps = (name: string): ServiceDeps => ({
  clock: systemClock,
  ids: systemIds,
  logger: createLogger({
    service: name,
    node: `${name}-1`,
    level: 'debug',
    to: { write: (line) => void lines.push(line) },
  }),
  metrics: createMetrics(name),
})

let db: TestDatabase
let auth: RunningService
let gateway: LinkClient
let cli: LinkClient
let mint: (principal: Principal) => Promise<string>

beforeAll(async () => {
  const servers = await testServers()
  db = opened.use(await testDatabase())
  const { host, port, database } = await db.options('auth')
  const base = {
    node: 'auth-1',
    trustDomain: servers.trustDomain,
    certDir: certDirOf(servers, 'auth'),
    listen: { host: '127.0.0.1', port: 0 },
    peers: {},
    tokenKeys: TokenKeys.parse(JSON.parse(await readFile(servers.tokenKeys, 'utf8'))),
    logLevel: 'debug' as const,
    otlpEndpoint: null,
  }
  auth = opened.use(
    await createAuth(
      {
        ...base,
        postgres: { host, port, database, pool: 4 },
        nats: { url: servers.nats.url },
        passwords: { concurrency: 2, queue: 8 },
        webPublicChannels: 'on',
        ...loadConfig(mailSettings, {}),
      },
      deps('auth'),
    ),
  )
  const client = (identity: 'gateway' | 'cli'): LinkClient => {
    const own = deps(identity)
    const certificates = opened.use(certificatesOf(certDirOf(servers, identity)))
    const config = { peers: { auth: [auth.linkAddress] }, trustDomain: servers.trustDomain }
    return opened.use(createLinkClient({ config, certificates, deps: own }))
  }
  gateway = client('gateway')
  cli = client('cli')
  const key = TokenKey.parse(JSON.parse(await readFile(servers.tokenKey.gateway, 'utf8')))
  const minter = createTokenMinter(key, systemClock)
  mint = (principal) => minter.mint(principal)
})
afterAll(() => opened.disposeAsync())

/** The command listens nowhere, so it has no certificate of a server. */
function certificatesOf(dir: string): Certificates {
  const file = (name: string): string => readFileSync(join(dir, name), 'utf8')
  const client = { cert: file('client.crt'), key: file('client.key'), ca: file('ca.crt') }
  return { client, server: client, onChange: () => () => {}, reload: () => false, [Symbol.dispose]() {} }
}

const founding = {
  name: 'Acme',
  subdomain: 'acme',
  ownerEmail: 'owner@acme.example',
  ownerName: 'Olga Owner',
  ownerPassword: goodPassword,
}
const request = (org: number) => ({ org, url: 'https://acme.example', client: 'test', ip: '127.0.0.1' })

test('an organisation is made, its owner found and answered over the link; a deactivation waits for no gateway', async () => {
  const { org, user, email, apiKey } = await cli.call(createOrganisation, founding)
  expect(await gateway.call(findOrganisation, { subdomain: 'acme' })).toEqual({ org })
  const { principal, role } = await gateway.call(authenticate, { scheme: 'basic', org, email, apiKey })
  expect([principal.user, role]).toEqual([user, 100])
  const token = await mint(principal)
  const nothing = { path: {}, fields: {} }
  const own = await gateway.operation(getOwnUser, nothing, request(org), token)
  expect(JSON.parse(own.json.bytes.toString())).toMatchObject({ user_id: user, email })
  expect(await refusalOf(gateway.operation(getOwnUser, nothing, request(org + 1), token))).toContain('401')
  expect(await refusalOf(gateway.operation(getOwnUser, nothing, request(org), null))).toContain('401')

  const member = await cli.call(createAccount, {
    org,
    email: 'm@acme.example',
    fullName: 'Max Member',
    role: 400,
    password: null,
  })
  const path = { user_id: String(member.user) }
  await gateway.operation(deactivateUser, { path, fields: {} }, request(org), token)
  const ended = { scheme: 'basic', org, email: member.email, apiKey: member.apiKey } as const
  expect(await refusalOf(gateway.call(authenticate, ended))).toBe('401 UNAUTHORIZED Account is deactivated')
})

test('the caller list is held', async () => {
  expect(await refusalOf(gateway.call(createOrganisation, { ...founding, subdomain: 'b' }))).toContain('401')
  const asked = { scheme: 'session', org: 1, token: 'x' } as const
  expect(await refusalOf(cli.call(authenticate, asked))).toContain('This caller may not make this call')
})

test('no line of the log holds a password, key, address or name', () => {
  expect(lines.length).toBeGreaterThan(0)
  for (const canary of [goodPassword, 'acme.example', 'Olga', 'Max Member'])
    expect(lines.filter((line) => line.includes(canary))).toEqual([])
})
