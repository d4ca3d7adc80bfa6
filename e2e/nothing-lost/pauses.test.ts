import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { paused, restartsOf } from '../faults/processes.ts'
import { type Traffic, traffic } from '../faults/traffic.ts'
import { type Product, scene, type Scene, startProduct } from '../product.ts'
import { size } from '../size.ts'

const pauseMs = size(2000, 20_000)
const each = size(44, 224)
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

// One after the other: a paused process still has its connections, its lease and its place in everybody's list.
test.each([
  ['F06', 'gateway-1'],
  ['F06', 'messaging-1'],
  ['F06', 'relay-1'],
  ['F06', 'auth-1'],
  ['F06', 'streams-1'],
  ['F06', 'audit-1'],
  ['F10', 'nats'],
  ['F20', 'redis'],
  ['F30', 'postgres'],
])('%s %s stands still for a while: everybody hears of everything again', async (_, name) => {
  const restarts = await restartsOf(product)
  await flow.send(each, () => paused(product, name, () => delay(pauseMs)))
  await flow.heard()
  // It went on, and so did all others.
  expect(await restartsOf(product)).toEqual(restarts)
})

test('nothing was lost, doubled or reordered', async () => {
  expect(await flow.wrongs()).toEqual([])
})
