import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import { Limited, Limiter } from './limiter.ts'

const counters = [
  { key: 'a', rate: { count: 10, periodMs: 1000 } },
  { key: 'b', rate: { count: 4, periodMs: 60_000 } },
]

const limiter = (answer: unknown, seen: unknown[] = []): Limiter =>
  new Limiter(
    {
      run: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
    },
    fixedClock(1_000_000),
    (error) => seen.push(error),
  )

test('headers are the smallest limit and rest, the latest reset', async () => {
  expect(await limiter([1, 9, 0, 100, 1, 3, 0, 15_000]).hit(counters)).toEqual({
    'x-ratelimit-limit': '4',
    'x-ratelimit-remaining': '3',
    'x-ratelimit-reset': '1015',
  })
})

test('a refusal says when to come back', async () => {
  const refused = limiter([1, 9, 0, 100, 0, 0, 14_500, 60_000]).hit(counters)
  await expect(refused).rejects.toThrow(Limited)
  await expect(refused).rejects.toMatchObject({
    code: 'RATE_LIMIT_HIT',
    data: { 'retry-after': 14.5 },
    headers: { 'x-ratelimit-remaining': '0' },
  })
})

test('F21 RL-03 without Redis it counts alone: neither open nor an outage', async () => {
  const seen: unknown[] = []
  const alone = limiter(new Error('down'), seen)
  await alone.hit(counters)
  await alone.hit(counters)
  await expect(alone.hit(counters)).rejects.toThrow(Limited)
  expect(seen).toHaveLength(3)
})

test('an answer of another form counts as no answer', async () => {
  const seen: unknown[] = []
  await limiter([1], seen).hit(counters)
  expect(seen).toHaveLength(1)
})

test('no limits, no call', async () => {
  expect(await limiter(new Error('never')).hit([])).toEqual({})
})
