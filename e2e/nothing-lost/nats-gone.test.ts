import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { away, backAgain } from '../faults/processes.ts'
import { type Traffic, traffic } from '../faults/traffic.ts'
import { type Product, scene, type Scene, startProduct } from '../product.ts'
import { size } from '../size.ts'

let product: Product
let stage: Scene
let flow: Traffic
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  product = stack.use(await startProduct({ gateways: 2 }))
  stage = stack.use(await scene(product))
  flow = stack.use(await traffic(product, stage, { paceMs: size(100, 1000) }))
}, 240_000)
afterAll(() => stack.disposeAsync(), 240_000)

const goneMs = size(2000, 60_000)
// The promise; a small run shares its machine with others and only shows that nothing waits for NATS.
const promisedMs = size(10_000, 1500)

test('F11 NATS is gone: sends are answered 200 and delivered while it is gone', async () => {
  await flow.send(40)
  await flow.heard()
  const refused = flow.unanswered()
  let delays: readonly number[] = []
  await away(product, 'nats', async () => {
    const began = performance.now()
    const sent = flow.send(size(80, 240))
    await Promise.all([sent, delay(goneMs)])
    await flow.heard()
    // `away` proves behind this that it was gone all the time.
    delays = flow.delays(began).toSorted((a, b) => a - b)
  })
  expect(flow.unanswered()).toBe(refused)
  expect(delays.length).toBeGreaterThanOrEqual(80)
  expect(delays.at(-1)).toBeLessThanOrEqual(promisedMs)
  await backAgain(product, 'nats')
  await flow.send(40)
  await flow.heard()
  expect(await flow.wrongs()).toEqual([])
})
