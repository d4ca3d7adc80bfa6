import { fixedClock, systemClock, systemIds } from '@parley/core'
import type { RedisConnection } from '@parley/kit'
import { testRedis } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gcra } from '../src/limits/gcra.ts'
import { Limited, Limiter } from '../src/limits/limiter.ts'

let redis: RedisConnection
let limiter: Limiter
const fallbacks: unknown[] = []
beforeAll(async () => {
  redis = await testRedis('gateway')
  limiter = new Limiter(redis, systemClock, (error) => fallbacks.push(error))
  await redis.ready(10_000)
}, 60_000)
afterAll(() => {
  redis?.[Symbol.dispose]()
})

const counter = (count: number, periodMs = 3_600_000) => ({
  key: `gateway:limit:test:${systemIds.uuid()}`,
  rate: { count, periodMs },
})

test('RL-01 a limit counts over all who share Redis', async () => {
  const other = new Limiter(redis, fixedClock(0), (error) => fallbacks.push(error))
  const a = counter(3)
  const left = []
  for (const who of [limiter, other, limiter]) left.push((await who.hit([a]))['x-ratelimit-remaining'])
  expect(left).toEqual(['2', '1', '0'])
  const refused = other.hit([a])
  await expect(refused).rejects.toThrow(Limited)
  await expect(refused).rejects.toMatchObject({ data: { 'retry-after': expect.closeTo(1200, 0) as number } })
  expect(fallbacks).toEqual([])
})

test('the script is the rule of gcra', async () => {
  for (const count of [1, 2, 7, 100]) {
    const a = counter(count)
    let tat: number | null = null
    for (let i = 0; i < count + 2; i++) {
      const rule = gcra(a.rate, tat, 0)
      tat = rule.tat
      const script = await limiter.hit([a]).then(
        (headers) => [true, Number(headers['x-ratelimit-remaining'])],
        () => [false, 0],
      )
      expect(script).toEqual([rule.outcome.ok, rule.outcome.remaining])
    }
  }
})

test('of those that come at once as many pass as one after the other', async () => {
  const [few, many] = [counter(3), counter(100)]
  const asked = Array.from({ length: 8 }, (_, i) => limiter.hit(i % 2 === 0 ? [few, many] : [few]))
  const outcomes = await Promise.allSettled([...asked, limiter.hit([many])])
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 3 }, () => 'fulfilled'),
    ...Array.from({ length: 5 }, () => 'rejected'),
    'fulfilled',
  ])
  // Two that passed were counted on it, and the last.
  expect((await limiter.hit([many]))['x-ratelimit-remaining']).toBe('96')
  expect(fallbacks).toEqual([])
})

test('a request refused by one counter counts on none; asking counts nothing; forgetting starts anew', async () => {
  const [small, big] = [counter(1), counter(5)]
  await limiter.hit([small])
  await limiter.ask([big])
  await expect(limiter.hit([big, small])).rejects.toThrow(Limited)
  await expect(limiter.ask([small])).rejects.toThrow(Limited)
  expect((await limiter.hit([big]))['x-ratelimit-remaining']).toBe('4')
  await limiter.forget([small])
  await limiter.hit([small])
  expect(fallbacks).toEqual([])
})
