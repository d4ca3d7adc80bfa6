import { afterAll, beforeAll, expect, test } from 'vitest'
import { restartsOf } from '../faults/processes.ts'
import { entrance } from '../faults/entrance.ts'
import { type Traffic, traffic } from '../faults/traffic.ts'
import { type Product, scene, startProduct } from '../product.ts'
import { size } from '../size.ts'

let product: Product
let flow: Traffic
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  product = stack.use(await startProduct({ gateways: 2 }))
  const stage = stack.use(await scene(product))
  // One gateway, the other one, and the address that both share.
  const entrances = [entrance(stage, 1), entrance(stage, 2), entrance(stage, 0)]
  flow = stack.use(await traffic(product, stage, { entrances }))
}, 240_000)
afterAll(() => stack.disposeAsync(), 240_000)

const stay = new Set(['supervisor', 'postgres', 'nats', 'redis'])
const services = (): Map<string, number> =>
  new Map(
    product
      .state()
      .processes.filter(({ name }) => !stay.has(name))
      .map(({ name, pid }) => [name, pid]),
  )

test('[F03] all services restart one after the other under load: no request fails, no event is lost', async () => {
  for (let round = 0; round < size(1, 5); round++) {
    const before = services()
    await flow.send(size(200, 1000), async () => {
      await product.parley(['restart'])
    })
    const after = services()
    expect([...after.keys()]).toEqual([...before.keys()])
    expect([...after].filter(([name, pid]) => before.get(name) === pid)).toEqual([])
    await flow.heard()
    expect({ failed: flow.failed(), story: flow.summary() }).toMatchObject({ failed: 0 })
  }
  expect(Object.values(await restartsOf(product)).filter((count) => count > 0)).toEqual([])
  expect(await flow.wrongs()).toEqual([])
}, 600_000)
