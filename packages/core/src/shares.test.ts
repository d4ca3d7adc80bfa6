import { expect, test } from 'vitest'
import { Shares } from './shares.ts'

const full = () => new Error('full')

test('nobody has more places than their share, and each is free again when its work ends or fails', async () => {
  const shares = new Shares()
  const first = Promise.withResolvers<void>()
  const of = (who: string) => [['', 2] as const, [who, 1] as const]
  const working = shares.take(of('a'), full, () => first.promise)
  await expect(shares.take(of('a'), full, async () => Promise.resolve())).rejects.toThrow('full')
  expect(await shares.take(of('b'), full, async () => Promise.resolve(1))).toBe(1)
  const failing = shares.take(of('b'), full, async () => Promise.reject(new Error('it fails')))
  await expect(shares.take(of('c'), full, async () => Promise.resolve())).rejects.toThrow('full')
  await expect(failing).rejects.toThrow('it fails')
  first.resolve()
  await working
  expect(await shares.take(of('a'), full, async () => Promise.resolve(2))).toBe(2)
})
