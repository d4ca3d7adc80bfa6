import { join } from 'node:path'
import { redisCall, type RedisTarget } from '@parley/cli'
import { expect } from 'vitest'
import type { Product } from '../product.ts'

/** Redis has no memory left while `during` runs: it answers, and refuses whatever would take more. */
export async function withoutMemory(
  product: Pick<Product, 'data' | 'state'>,
  during: () => Promise<void>,
): Promise<void> {
  const { data } = product
  const as = (user: string): RedisTarget => ({
    port: product.state().processes.find(({ name }) => name === 'redis')?.port ?? 0,
    certs: join(data, 'certs', 'cli'),
    user,
    passwordFile: join(data, 'redis', 'passwords', user),
  })
  const memory = (bytes: number) => redisCall(as('ops'), ['CONFIG', 'SET', 'maxmemory', String(bytes)])
  const write = () => redisCall(as('gateway'), ['SET', 'gateway:memory', 'x', 'PX', '1'])
  await memory(1)
  try {
    await expect(write()).rejects.toThrow(/OOM/)
    await during()
    await expect(write()).rejects.toThrow(/OOM/)
  } finally {
    // Without a limit, as it is set up.
    await memory(0)
  }
  expect(await write()).toBe('OK')
}
