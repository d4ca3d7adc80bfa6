import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from '@parley/crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { type Product, type Scene, scene, startProduct } from '../product.ts'
import { pairOf, read } from './certificates.ts'
import { knock, knockAndStay } from './knock.ts'
import { load } from './load.ts'
import { friend, type Port, portsOf } from './ports.ts'
import { resumed, savedSessions } from './tickets.ts'

const promised = { timeout: 60_000, interval: 250 }
const Rotated = z.object({ former: z.string(), authority: z.string(), ports: z.array(z.string()) })
const Revoked = z.object({ serials: z.array(z.string()), refused: z.array(z.string()), tookMs: z.number() })

let product: Product
let stage: Scene
beforeAll(async () => {
  product = await startProduct({ gateways: 2 })
  stage = await scene(product)
}, 240_000)
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await product?.[Symbol.asyncDispose]()
}, 120_000)

const internal = (): Port[] => portsOf(product).filter(({ protocol }) => protocol !== 'public')
/** Where a certificate lets somebody in; with the words for Redis, where they are given. */
async function letIn(pair: Pair, redis?: readonly [string, string]): Promise<string[]> {
  const ca = read(product.data, 'certs/cli/ca.crt')
  const heard = await Promise.all(
    internal().map(async (port) => {
      const { redis: _, ...rest } = friend(product, port)
      const words = redis ? { redis } : {}
      return [port.name, await knock({ ...rest, ca, pair, ...words })] as const
    }),
  )
  return heard.flatMap(([name, verdict]) => (verdict.startsWith('refused') ? [] : [`${name}: ${verdict}`]))
}
const steady = () => {
  const { org } = stage
  const account = { email: org.owner.email, apiKey: org.owner.api_key }
  const clients = ['127.0.0.2', '127.0.0.3'].map((address) => stage.client({ ...account, address }))
  return load(clients, org.owner.user_id)
}

test('F61, M-08 the authority is replaced under load: no request fails, and the old one opens nothing', async () => {
  const [old, saved] = [pairOf(product.data, 'messaging'), await savedSessions(product)]
  const before = read(product.data, 'ca/internal-ca.crt')
  expect((await letIn(old)).length).toBe(internal().length - 1)
  const stop = steady()
  const { ports } = Rotated.parse(JSON.parse(await product.parley(['certs', 'rotate-ca', '--json'])))
  const { answered, failed } = await stop()
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(100)
  expect(ports.toSorted()).toEqual(
    internal()
      .map(({ name }) => name)
      .toSorted(),
  )

  // Not even with the right words for Redis.
  expect(await letIn(old, ['ops', read(product.data, 'redis/passwords/ops').trim()])).toEqual([])
  expect(await resumed(saved)).toEqual([])
  for (const port of internal())
    expect([port.name, await knock(friend(product, port))]).toEqual([port.name, expect.stringMatching(/^in/)])
  const trusted = read(product.data, 'certs/messaging/ca.crt')
  expect(trusted).toBe(read(product.data, 'ca/internal-ca.crt'))
  expect(trusted).not.toBe(before)
  expect(
    ['former-ca.key', 'next-ca.key'].filter((name) => existsSync(join(product.data, 'ca', name))),
  ).toEqual([])
  await stage.owner.ok('GET', '/users/me')
}, 240_000)

test('F63, M-09 a revoked certificate is refused everywhere within a minute, and what stands on it is cut', async () => {
  const [old, saved] = [pairOf(product.data, 'messaging'), await savedSessions(product)]
  const port = (name: string): Port => {
    const found = internal().find((one) => one.name === name)
    if (!found) throw new Error(`no port ${name}`)
    return found
  }
  const open = await Promise.all(
    ['nats', 'postgres'].map((name) => knockAndStay({ ...friend(product, port(name)), pair: old })),
  )
  expect(open.map(({ verdict }) => verdict)).toEqual(['in', 'in'])
  const ca = read(product.data, 'certs/cli/ca.crt')
  const link = new WebSocket(`wss://127.0.0.1:${port('auth-1').port}/link`, { ...old, ca })
  await once(link, 'open')
  const linkCut = once(link, 'close')

  const revoked = Revoked.parse(JSON.parse(await product.parley(['certs', 'revoke', 'messaging', '--json'])))
  expect(revoked.tookMs).toBeLessThan(60_000)
  expect(revoked.serials.length).toBeGreaterThanOrEqual(2)
  await Promise.all([...open.map(({ closed }) => closed), linkCut])
  expect(read(product.data, 'logs/auth-1.log')).toContain('its certificate was revoked')
  expect(await letIn(old)).toEqual([])
  expect(await resumed(saved.filter(({ name }) => name === 'nats'))).toEqual([])

  // Messaging has new ones and carries on.
  const sent = { type: 'direct', to: [stage.org.owner.user_id], content: 'still here' }
  await expect.poll(async () => (await stage.owner.post('/messages', sent)).status, promised).toBe(200)
  expect(await knock(friend(product, port('nats')))).toBe('in')
  expect(await knock(friend(product, port('postgres')))).toBe('in')
}, 240_000)

test('F63 a gateway’s certificate is revoked together with its password for Redis', async () => {
  const password = (): string => read(product.data, 'redis/passwords/gateway').trim()
  const [old, words] = [pairOf(product.data, 'gateway'), ['gateway', password()] as const]
  const redis = internal().find(({ name }) => name === 'redis')
  if (!redis) throw new Error('no Redis')
  const open = await knockAndStay({ ...friend(product, redis), pair: old, redis: words })
  expect(open.verdict).toBe('in')
  await product.parley(['certs', 'revoke', 'gateway', '--json'])
  await open.closed
  expect(await letIn(old, words)).toEqual([])
  expect(password()).not.toBe(words[1])
  await expect.poll(async () => (await stage.owner.get('/users/me')).status, promised).toBe(200)
  expect(await knock({ ...friend(product, redis), redis: ['gateway', password()] })).toBe('in')
}, 240_000)

test('a name that is nobody’s cannot be revoked', async () => {
  await expect(product.parley(['certs', 'revoke', 'nobody'])).rejects.toThrow('there is no identity nobody')
})
