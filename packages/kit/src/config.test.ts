import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createTokenKey, jwksOf } from '@parley/crypto'
import { afterAll, expect, test } from 'vitest'
import {
  baseSettings,
  checkPools,
  choice,
  ConfigError,
  decimal,
  formatAddress,
  list,
  loadConfig,
  natsSettings,
  or,
  parsePeers,
  postgresSettings,
  redisSettings,
  secret,
  signingSettings,
  whole,
} from './index.ts'

const dir = mkdtempSync(join(tmpdir(), 'parley-config-'))
afterAll(() => rmSync(dir, { recursive: true }))
const file = (name: string, content: string): string => {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}
const key = await createTokenKey('gateway')

const settings = {
  ...baseSettings,
  ...postgresSettings,
  ...natsSettings,
  ...redisSettings,
  ...signingSettings,
  factor: or(decimal('RATE_LIMIT_FACTOR', 0.001, 1_000_000), 1),
  addresses: list('PUBLIC_ADDRESSES', 'addresses', /^[\d.]+$/),
}
const good = {
  NODE_NAME: 'auth-1',
  TRUST_DOMAIN: 'x.parley.internal',
  CERT_DIR: dir,
  LINK_LISTEN: '127.0.0.1:4001',
  LINK_PEERS: 'auth=127.0.0.1:4001,[::1]:4002; streams = streams.internal:4003',
  PG_HOST: '127.0.0.1',
  PG_PORT: '5432',
  PG_DATABASE: 'parley',
  NATS_URL: 'tls://127.0.0.1:4222',
  REDIS_HOST: 'localhost',
  REDIS_PORT: '6379',
  REDIS_USERNAME: 'svc_gateway',
  REDIS_PASSWORD_FILE: file('redis', 'canary-password-0123456789\n'),
  TOKEN_KEYS_FILE: file('jwks', JSON.stringify(jwksOf([key]))),
  TOKEN_KEY_FILE: file('jwk', JSON.stringify(key.privateJwk)),
  PUBLIC_ADDRESSES: '127.0.0.1, 127.0.0.2',
}

test('a right environment becomes plain data', () => {
  const config = loadConfig(settings, good)
  expect(config).toMatchObject({
    node: 'auth-1',
    listen: { host: '127.0.0.1', port: 4001 },
    peers: {
      auth: [
        { host: '127.0.0.1', port: 4001 },
        { host: '::1', port: 4002 },
      ],
      streams: [{ host: 'streams.internal', port: 4003 }],
    },
    postgres: { host: '127.0.0.1', port: 5432, database: 'parley', pool: 10 },
    logLevel: 'info',
    otlpEndpoint: null,
    factor: 1,
    addresses: ['127.0.0.1', '127.0.0.2'],
    tokenKeys: { keys: [{ kid: key.kid }] },
  })
  expect(config.redis.password.expose()).toBe('canary-password-0123456789')
  expect(config.peers.auth?.map(formatAddress)).toEqual(['127.0.0.1:4001', '[::1]:4002'])
})

test('secrets cannot be printed with the configuration', () => {
  const config = loadConfig(settings, good)
  const printed = JSON.stringify(config) + inspect(config, { depth: 9 })
  expect(printed).not.toContain('canary')
  expect(printed).not.toContain(String(key.privateJwk.d))
})

test('all wrong values are named at once with what was expected, and none is repeated', () => {
  const wrong = {
    ...good,
    NODE_NAME: 'Canary Name',
    LINK_LISTEN: 'canary',
    LINK_PEERS: 'canary=127.0.0.1:1',
    PG_PORT: '99999',
    PG_POOL: 'canary',
    LOG_LEVEL: 'canary',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://canary',
    NATS_URL: 'nats://canary',
    REDIS_PASSWORD: 'canary-canary-canary',
    TOKEN_KEYS_FILE: join(dir, 'missing'),
    TOKEN_KEY_FILE: file('nojson', 'canary{'),
    RATE_LIMIT_FACTOR: '-1',
    PUBLIC_ADDRESSES: '127.0.0.1,canary',
    CERT_DIR: join(dir, 'canary'),
    REDIS_HOST: undefined,
  }
  let thrown: unknown
  try {
    loadConfig(settings, wrong)
  } catch (error) {
    thrown = error
  }
  if (!(thrown instanceof ConfigError)) throw new Error('no ConfigError')
  expect(thrown.problems).toEqual([
    'NODE_NAME is wrong: expected a name of lower-case letters, digits and hyphens',
    'CERT_DIR is wrong: expected the path of an existing folder',
    'LINK_LISTEN is wrong: expected host:port',
    'LINK_PEERS is wrong: expected service=host:port,host:port;service=…',
    'TOKEN_KEYS_FILE cannot be read (ENOENT): expected a file with TOKEN_KEYS',
    'LOG_LEVEL is wrong: expected one of debug, info, warn, error',
    'OTEL_EXPORTER_OTLP_ENDPOINT is wrong: expected a URL that starts with http:// or https://',
    'PG_PORT is wrong: expected a whole number from 1 to 65535',
    'PG_POOL is wrong: expected a whole number from 1 to 1000',
    'NATS_URL is wrong: expected a URL that starts with tls://',
    'REDIS_HOST is not set: expected a host name or address',
    'REDIS_PASSWORD and REDIS_PASSWORD_FILE are both set: set one',
    'TOKEN_KEY_FILE is wrong: expected a private Ed25519 key (JWK)',
    'RATE_LIMIT_FACTOR is wrong: expected a number from 0.001 to 1000000',
    'PUBLIC_ADDRESSES is wrong: expected addresses, separated by commas',
  ])
  expect(thrown.message.toLowerCase().replaceAll('canary-canary', '')).not.toContain('canary')
})

test('keys that sign for nobody we know, and other kinds of keys, are refused', () => {
  const refused = (env: Record<string, string>): readonly string[] => {
    try {
      loadConfig({ keys: baseSettings.tokenKeys, key: signingSettings.tokenKey }, env)
      return []
    } catch (error) {
      return error instanceof ConfigError ? error.problems : []
    }
  }
  const jwk = JSON.stringify(key.privateJwk)
  expect(refused({ TOKEN_KEYS: '{"keys":[]}', TOKEN_KEY: jwk })).toHaveLength(1)
  expect(refused({ TOKEN_KEYS: 'x', TOKEN_KEY: JSON.stringify(key.publicJwk) })).toHaveLength(2)
  expect(
    refused({
      TOKEN_KEYS: JSON.stringify({ keys: [{ ...key.publicJwk, kid: 'auth.x' }] }),
      TOKEN_KEY: JSON.stringify({ ...key.privateJwk, crv: 'X25519' }),
    }),
  ).toHaveLength(2)
})

test('single settings hold their bounds', () => {
  expect(whole('N', 1, 5).parse('5')).toBe(5)
  expect(whole('N', -5, 5).parse('-5')).toBe(-5)
  for (const text of ['0', '6', '1.5', '', ' 1', '1e1', '0x1'])
    expect(whole('N', 1, 5).parse(text)).toBe(undefined)
  expect(decimal('N', 0, 5).parse('0.5')).toBe(0.5)
  expect(decimal('N', 0, 5).parse('Infinity')).toBe(undefined)
  expect(choice('W', ['a', 'b']).parse('b')).toBe('b')
  expect(secret('S', 3).parse('ab')).toBe(undefined)
})

test.each(['auth', 'auth=', 'auth=x', 'auth=a:1;auth=b:2', 'auth=a:70000', 'toString=a:1', 'auth=a:1,'])(
  'peers %s are refused',
  (text) => expect(parsePeers(text)).toBe(undefined),
)
test('no peers are fine', () => expect(parsePeers('')).toEqual({}))

test('pools are held against max_connections', () => {
  const pools = [
    { name: 'auth', size: 10, instances: 2 },
    { name: 'messaging', size: 20, instances: 2 },
  ]
  expect(checkPools(pools, 100)).toEqual({ needed: 60, available: 90, problem: null })
  expect(checkPools(pools, 69).problem).toBe(
    'pools need 60 connections (auth 2 x 10, messaging 2 x 20), the server has 59 for them: ' +
      'lower PG_POOL or raise max_connections to at least 70',
  )
})
