import { afterAll, beforeAll } from 'vitest'
import { type Product, type Scene, scene, startProduct } from '../product.ts'
import { testCallers } from './callers.ts'
import { testNats } from './nats.ts'
import { testPorts } from './ports.ts'
import { testPostgres } from './postgres.ts'
import { testRedis } from './redis.ts'
import { testTickets } from './tickets.ts'

// One product for all of it: none of these breaks anything.
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

testPorts(() => product)
testTickets(() => product)
testCallers(() => product)
testPostgres(
  () => product,
  () => stage,
)
testNats(() => product)
testRedis(() => product)
