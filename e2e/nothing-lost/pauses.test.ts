import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { superuser } from '../faults/database.ts'
import { paused, restartsOf } from '../faults/processes.ts'
import { type Traffic, traffic } from '../faults/traffic.ts'
import { type Product, scene, type Scene, startProduct } from '../product.ts'
import { size } from '../size.ts'

const pauseMs = size(2000, 20_000)
// With ten times as many it is 2,000 by each of the four.
const each = size(40, 800)
// So that messages are sent all the while.
const paceMs = (0.8 * pauseMs) / (each / 4)

let product: Product
let stage: Scene
let flow: Traffic
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  product = stack.use(await startProduct({ gateways: 2 }))
  stage = stack.use(await scene(product))
  flow = stack.use(await traffic(product, stage, { paceMs }))
}, 240_000)
afterAll(() => stack.disposeAsync(), 240_000)

const Live = z.object({ live: z.coerce.number() })
/** Who keeps leases that run out meanwhile, and how many of those are live then, of all processes. */
const leases: Readonly<Record<string, { readonly table: string; readonly left: number }>> = {
  'gateway-1': { table: 'gateway.leases', left: 1 },
  'relay-1': { table: 'events.leases', left: 0 },
}
async function leasesRunOut(name: string): Promise<void> {
  const lease = leases[name]
  if (!lease) return
  const sql = `SELECT count(*) AS live FROM ${lease.table} WHERE expires_at > clock_timestamp()`
  const live = async () => (await superuser(product, Live, sql))[0]?.live
  await expect.poll(live, { timeout: 30_000 }).toBe(lease.left)
}

// One after the other: a paused process still has its connections, its lease and its place in everybody's list.
test.each([
  ['F06', 'gateway-1'],
  ['F06', 'messaging-1'],
  ['F06', 'relay-1'],
  ['F06', 'auth-1'],
  ['F06', 'streams-1'],
  ['F06', 'uploads-1'],
  ['F06', 'audit-1'],
  ['F10', 'nats'],
  ['F20', 'redis'],
  ['F30', 'postgres'],
])('%s %s stands still for a while: everybody hears of everything again', async (_, name) => {
  const restarts = await restartsOf(product)
  await flow.send(each, () =>
    paused(product, name, async () => {
      await delay(pauseMs)
      await leasesRunOut(name)
    }),
  )
  await flow.heard()
  // It went on, and so did all others.
  expect(await restartsOf(product)).toEqual(restarts)
  expect(await flow.wrongs()).toEqual([])
})
