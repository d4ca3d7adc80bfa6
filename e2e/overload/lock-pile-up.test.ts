import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Person, type Product, scene, type Scene, startProduct } from '../product.ts'
import { type Generator, jobOf, startGenerator } from './generator.ts'
import { historyOf } from './history.ts'

let product: Product
let stage: Scene
let ann: Person
let generator: Generator
beforeAll(async () => {
  product = await startProduct({ gateways: 1 })
  stage = await scene(product)
  ann = await stage.person('Ann Locked')
  generator = startGenerator()
  await stage.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'locked' }] })
  await ann.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'locked' }] })
}, 240_000)
afterAll(async () => {
  await generator?.[Symbol.asyncDispose]()
  await stage?.[Symbol.asyncDispose]()
  await product?.[Symbol.asyncDispose]()
}, 60_000)

/** A session of the operator on the machine itself. */
async function operator(): Promise<Client> {
  const read = (file: string): string => readFileSync(join(product.data, file), 'utf8')
  const { postgres: port } = z.looseObject({ postgres: z.int() }).parse(JSON.parse(read('ports.json')))
  const noted = existsSync(join(product.data, 'postgres', 'home'))
  const home = noted ? read('postgres/home').trim() : join(product.data, 'postgres')
  const client = new Client({ host: join(home, 'socket'), port, user: 'postgres', database: 'parley' })
  // Where the test fails before its end, stopping Postgres ends it.
  client.on('error', () => {})
  await client.connect()
  return client
}

// Longer than any request may take.
const lockedMs = 12_000
const deadlineMs = 10_000

test('[F32] a long lock on a hot table: 503 in time, no pile-up, and all goes on after it', async () => {
  const [holder, watcher] = await Promise.all([operator(), operator()])
  const waiting = async (): Promise<number> => {
    const { rows } = await watcher.query(
      "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = 'messaging.messages'::regclass",
    )
    return z.tuple([z.object({ n: z.int() })]).parse(rows)[0].n
  }
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE messaging.messages IN ACCESS EXCLUSIVE MODE')
  const load = generator.run({
    ...jobOf(stage, [ann]),
    name: 'locked',
    channel: 'locked',
    connections: 400,
    rate: 40,
    ms: lockedMs,
    mixed: false,
  })
  // The fault is there: statements wait for the lock, and no more of them than messaging has connections.
  await expect.poll(waiting, { timeout: 10_000, interval: 50 }).toBeGreaterThan(0)
  expect(await waiting()).toBeLessThanOrEqual(16)
  // What needs no message is answered beside it.
  expect((await ann.get('/users/me')).status).toBe(200)
  expect((await stage.owner.get('/users')).status).toBe(200)
  const result = await load
  await holder.query('ROLLBACK')
  expect(result.faults).toEqual({})
  expect(result.withoutRetryAfter).toBe(0)
  expect(Object.keys(result.statuses).filter((of) => of !== 'send 200' && of !== 'send 503')).toEqual([])
  expect(result.statuses['send 503']).toBeGreaterThan(0)
  expect(result.slowestMs).toBeLessThan(deadlineMs + 5_000)
  const again = () =>
    stage.owner.post('/messages', { type: 'channel', to: 'locked', topic: 'load', content: 'after the lock' })
  await expect.poll(async () => (await again()).status, { timeout: 10_000 }).toBe(200)
  // Whoever was answered is there once; whoever was not may be, but not twice.
  const history = (await historyOf(stage.owner, 'locked')).filter((content) => content.startsWith('locked '))
  expect(new Set(history).size).toBe(history.length)
  expect(result.acknowledged.filter((n) => !history.includes(`locked ${n}`))).toEqual([])
  await Promise.all([holder.end(), watcher.end()])
}, 120_000)
