import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import { LocalCounters } from './local.ts'

const counter = (key: string, count: number): { key: string; rate: { count: number; periodMs: number } } => ({
  key,
  rate: { count, periodMs: 1000 },
})

test('half of every limit, given back over time', () => {
  const clock = fixedClock(0)
  const local = new LocalCounters(clock)
  const oks = (n: number): boolean[] =>
    Array.from({ length: n }, () => local.count([counter('a', 4)])[0]?.ok ?? false)
  expect(oks(3)).toEqual([true, true, false])
  clock.advance(500)
  expect(oks(2)).toEqual([true, false])
})

test('a request refused by one counter counts on none', () => {
  const local = new LocalCounters(fixedClock(0))
  local.count([counter('small', 1)])
  for (let i = 0; i < 9; i++) local.count([counter('big', 4), counter('small', 1)])
  expect(local.count([counter('big', 4)])[0]?.remaining).toBe(1)
})

test('when full, new keys share one counter until others end', () => {
  const clock = fixedClock(0)
  const local = new LocalCounters(clock, 2)
  const ok = (key: string): boolean | undefined => local.count([counter(key, 2)])[0]?.ok
  expect([ok('a'), ok('b'), ok('c'), ok('d')]).toEqual([true, true, true, false])
  clock.advance(1001)
  expect(ok('d')).toBe(true)
})
