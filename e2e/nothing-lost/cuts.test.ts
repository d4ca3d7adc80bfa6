import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Proxy, seeded, startProxy } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Detours, detour } from '../faults/detours.ts'
import { byProxy, entrance } from '../faults/entrance.ts'
import { restartsOf } from '../faults/processes.ts'
import { type Traffic, traffic } from '../faults/traffic.ts'
import { dataFolder, type Product, scene, type Scene, startProduct } from '../product.ts'
import { long, size } from '../size.ts'

const ways = [
  'gateway-1>messaging-1',
  'gateway-1>auth-1',
  'gateway-1>streams-1',
  'gateway-1>uploads-1',
  'gateway-1>postgres',
  'gateway-1>nats',
  'gateway-1>redis',
  'messaging-1>postgres',
  'messaging-1>nats',
  'auth-1>postgres',
  'auth-1>nats',
  'streams-1>postgres',
  'streams-1>nats',
  'relay-1>postgres',
  'relay-1>nats',
  'uploads-1>postgres',
  'uploads-1>nats',
  'audit-1>postgres',
  'audit-1>nats',
] as const
type Way = (typeof ways)[number] | 'client>gateway-1'

// Each by itself where there is time; else those together that fail alike.
const alone: readonly (readonly Way[])[] = [['client>gateway-1'], ...ways.map((way) => [way])]
const together: readonly (readonly Way[])[] = [
  ['client>gateway-1'],
  ['gateway-1>messaging-1'],
  ['gateway-1>auth-1', 'gateway-1>streams-1', 'gateway-1>uploads-1', 'gateway-1>redis'],
  ['gateway-1>postgres'],
  ['messaging-1>postgres'],
  ['auth-1>postgres', 'streams-1>postgres', 'relay-1>postgres', 'uploads-1>postgres', 'audit-1>postgres'],
  [
    'gateway-1>nats',
    'messaging-1>nats',
    'auth-1>nats',
    'streams-1>nats',
    'relay-1>nats',
    'uploads-1>nats',
    'audit-1>nats',
  ],
]
const groups = (long ? alone : together).map((group) => [group.join(', '), group] as const)
// 2,000 by each of the four.
const each = Math.ceil(size(400, 4 * 2000) / groups.length / 2 / 4) * 4

const faultMs = size(2000, 20_000)
// So that messages are sent all the while.
const paceMs = (0.8 * faultMs) / (each / 4)

let detours: Detours<(typeof ways)[number]>
let door: Proxy
let product: Product
let stage: Scene
let flow: Traffic
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  const data = dataFolder()
  detours = stack.use(await detour(data, ways))
  product = stack.use(await startProduct({ data, gateways: 2 }))
  stage = stack.use(await scene(product))
  const first = entrance(stage, 1)
  door = stack.use(await startProxy(() => ({ host: first.address, port: first.port })))
  const entrances = [byProxy(stage, door.address.port), entrance(stage, 2)]
  flow = stack.use(await traffic(product, stage, { entrances, paceMs }))
}, 240_000)
afterAll(() => stack.disposeAsync(), 240_000)

test('a detour carries what one process sends another, and cuts it', async () => {
  const { 'messaging-1>postgres': sql, 'gateway-1>messaging-1': link } = detours.on
  const { user_id: id, email, api_key: apiKey } = stage.org.owner
  const owner = stage.client({ email, apiKey, address: '127.0.0.2' })
  const send = () => owner.post('/messages', { type: 'direct', to: [id], content: 'x' })
  expect((await send()).status).toBe(200)
  expect(sql.made).toBeGreaterThan(0)
  expect(link.open).toBeGreaterThan(0)
  link.cut()
  expect((await send()).status).toBe(503)
  expect(link.broken).toBeGreaterThan(0)
  link.heal()
  await expect.poll(async () => (await send()).status, { timeout: 20_000 }).toBe(200)
})

const logOf = (name: string): string => readFileSync(join(product.data, 'logs', `${name}.log`), 'utf8')

const proxyOf = (way: Way): Proxy => (way === 'client>gateway-1' ? door : detours.on[way])
test.each(groups)('F40 cut: %s', async (_, group) => {
  const proxies = group.map(proxyOf)
  const restarts = await restartsOf(product)
  const broken = proxies.map((proxy) => proxy.broken)
  await flow.send(each, async () => {
    for (const proxy of proxies) proxy.cut()
    await delay(faultMs)
    for (const proxy of proxies) proxy.heal()
  })
  await flow.heard()
  // Every one of them had connections to lose, and nobody died of it.
  expect(proxies.filter((proxy, i) => proxy.broken <= (broken[i] ?? 0))).toEqual([])
  expect(await restartsOf(product)).toEqual(restarts)
  expect(await flow.wrongs()).toEqual([])
})

test.each(groups)('F40 silent: %s', async (_, group) => {
  const proxies = group.map(proxyOf)
  const restarts = await restartsOf(product)
  const held = proxies.map((proxy) => proxy.held)
  await flow.send(each, async () => {
    for (const proxy of proxies) proxy.hold()
    await delay(faultMs)
    for (const proxy of proxies) proxy.heal()
  })
  await flow.heard()
  const silent = proxies.filter((proxy, i) => proxy.held > (held[i] ?? 0)).length
  // Some say something every few seconds only.
  expect(silent).toBeGreaterThanOrEqual(long ? proxies.length : 1)
  expect(await restartsOf(product)).toEqual(restarts)
  expect(await flow.wrongs()).toEqual([])
})

test('F42 every link is slow, loses packets and carries little: nothing is sent twice', async () => {
  const proxies = ways.map((way) => detours.on[way])
  const restarts = await restartsOf(product)
  const numbers = seeded(1)
  const random = (): number => numbers.below(1_000_000) / 1_000_000
  const bad = { delayMs: 200, jitterMs: 100, lost: 0.05, bytesPerSecond: 64_000, random }
  for (const proxy of proxies) proxy.weather(bad)
  const began = performance.now()
  await flow.send(size(12, each))
  await flow.heard()
  for (const proxy of proxies) proxy.weather(null)
  // To Postgres at least; one gateway has links of its own, and may find there what is committed.
  expect(Math.min(...flow.delays(began))).toBeGreaterThan(bad.delayMs - bad.jitterMs)
  expect(proxies.reduce((sum, proxy) => sum + proxy.lost, 0)).toBeGreaterThan(0)
  expect(await restartsOf(product)).toEqual(restarts)
  expect(await flow.wrongs()).toEqual([])
}, 240_000)

test('F13 NATS cuts off a gateway that reads nothing: it comes back, and everybody has everything', async () => {
  const feed = detours.on['gateway-1>nats']
  const restarts = await restartsOf(product)
  const slow = (): number => logOf('nats').split('Slow Consumer').length
  const [before, made] = [slow(), feed.made]
  const { email, api_key: apiKey } = stage.org.owner
  const elsewhere = stage.client({ email, apiKey, address: '127.0.0.3' })
  const fill = { type: 'direct', to: [stage.org.owner.user_id], content: 'x'.repeat(9000) }
  await flow.send(each, async () => {
    feed.stall('answers')
    // More than the kernel keeps for who does not read.
    for (let n = 0; n < 60; n++)
      await Promise.all(Array.from({ length: 8 }, () => elsewhere.ok('POST', '/messages', fill)))
    await expect.poll(slow, { timeout: 20_000 }).toBeGreaterThan(before)
    feed.heal()
  })
  await flow.heard()
  await expect.poll(() => feed.made, { timeout: 20_000 }).toBeGreaterThan(made)
  expect(await restartsOf(product)).toEqual(restarts)
  expect(await flow.wrongs()).toEqual([])
}, 120_000)

// As when another machine takes over an address: nobody says that the old connections lead nowhere.
test('F40 every connection between processes leads nowhere, and new ones stand', async () => {
  const proxies = ways.map((way) => detours.on[way])
  const restarts = await restartsOf(product)
  const before = proxies.map(({ held, made }) => ({ held, made }))
  await flow.send(each, async () => {
    for (const proxy of proxies) proxy.strand()
  })
  await flow.heard()
  const told = (): number => proxies.filter((proxy, i) => proxy.held > (before[i]?.held ?? 0)).length
  const again = (): number => proxies.filter((proxy, i) => proxy.made > (before[i]?.made ?? 0)).length
  expect(told()).toBeGreaterThan(ways.length / 2)
  // Those that had nothing to say find out by asking now and then.
  const asked = async (): Promise<number> => {
    // Of uploads nobody has asked for anything since.
    await stage.owner.get('/realm/emoji')
    return again()
  }
  await expect.poll(asked, { timeout: 60_000 }).toBe(ways.length)
  expect(await restartsOf(product)).toEqual(restarts)
  expect(await flow.wrongs()).toEqual([])
}, 240_000)
