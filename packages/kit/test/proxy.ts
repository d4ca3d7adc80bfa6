import { type Proxy, startProxy as start } from '@parley/testkit'
import { onTestFinished } from 'vitest'
import type { Address } from '../src/index.ts'

/** A proxy before `target` that ends with the test. */
export async function startProxy(target: Address): Promise<Proxy> {
  const proxy = await start(() => target)
  onTestFinished(() => proxy[Symbol.asyncDispose]())
  return proxy
}
