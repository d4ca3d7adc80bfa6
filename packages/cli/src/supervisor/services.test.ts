import { expect, test } from 'vitest'
import {
  connectionsNeeded,
  environmentOf,
  instancesOf,
  poolSizes,
  restartOrder,
  startOrder,
} from './services.ts'

const instances = instancesOf(3)
const around = {
  trustDomain: 'a1.parley.internal',
  certDir: (identity: string) => `/d/certs/${identity}`,
  publicCertDir: '/d/certs/public',
  tokenKeys: '/d/tokens/keys.json',
  tokenKey: '/d/tokens/gateway.jwk',
  masterKey: '/d/keys/uploads.key',
  ports: Object.fromEntries(
    [...instances.map((i) => i.name), 'postgres', 'nats', 'redis'].map((n, i) => [n, 20_000 + i]),
  ),
  detours: { 'messaging-1>postgres': 19_999 },
  instances,
  publicPort: 9443,
  redisPasswordFile: (user: string) => `/d/redis/passwords/${user}`,
  redisUsers: new Set(['gateway', 'messaging']),
  rateLimitFactor: '1',
  webPublicChannels: 'on' as const,
  logLevel: 'info',
  otlpEndpoint: undefined,
  mail: { SMTP_HOST: 'mail.example' },
}
const environment = (name: string): Record<string, string> => {
  const instance = instances.find((i) => i.name === name)
  if (instance === undefined) throw new Error(`no ${name}`)
  return environmentOf(instance, around)
}

test('every service runs once, the gateway as often as asked', () => {
  expect(instances.map((i) => i.name).sort()).toEqual([
    'audit-1',
    'auth-1',
    'gateway-1',
    'gateway-2',
    'gateway-3',
    'messaging-1',
    'relay-1',
    'streams-1',
    'uploads-1',
  ])
})

test('Postgres allows every pool to be full', () => {
  const pools = Object.values(poolSizes).reduce((a, b) => a + b, 0) + 2 * poolSizes.gateway
  expect(connectionsNeeded(instances)).toBeGreaterThan(pools)
})

test('a gateway listens on the shared address and on one of its own', () => {
  expect(environment('gateway-2')).toMatchObject({
    NODE_NAME: 'gateway-2',
    PUBLIC_PORT: '9443',
    PUBLIC_ADDRESSES: '127.0.0.1,127.0.0.3',
    REDIS_USERNAME: 'gateway',
    TOKEN_KEY_FILE: '/d/tokens/gateway.jwk',
  })
})

test('no other service has what only a gateway needs', () => {
  const names = Object.keys(environment('audit-1'))
  expect(names.filter((name) => /^PUBLIC_|^TOKEN_KEY(_FILE)?$|PASSWORD/.test(name))).toEqual([])
})

test('all know where all listen', () => {
  const port = (name: string): number => around.ports[name] ?? 0
  const gateways = [1, 2, 3].map((i) => `127.0.0.1:${port(`gateway-${i}`)}`).join(',')
  expect(environment('auth-1')['LINK_PEERS']).toContain(`gateway=${gateways}`)
  expect(environment('auth-1')['LINK_LISTEN']).toBe(`127.0.0.1:${port('auth-1')}`)
})

test('a detour changes the way of one process to one other, and nothing else', () => {
  const straight = String(around.ports['postgres'])
  expect(environment('messaging-1')['PG_PORT']).toBe('19999')
  expect(environment('auth-1')['PG_PORT']).toBe(straight)
  const detoured = { ...around, detours: { 'gateway-1>messaging-1': 19_998 } }
  const [gateway, messaging] = ['gateway-1', 'messaging-1'].map((name) => {
    const instance = instances.find((i) => i.name === name)
    return instance ? environmentOf(instance, detoured) : {}
  })
  expect(gateway?.['LINK_PEERS']).toContain('messaging=127.0.0.1:19998')
  expect(messaging?.['LINK_LISTEN']).toBe(`127.0.0.1:${around.ports['messaging-1']}`)
})

test('gateways restart before who tells them of rights taken away, and everything that starts restarts', () => {
  expect(restartOrder[0]).toBe('gateway')
  expect(restartOrder.toSorted()).toEqual(startOrder.toSorted())
})
