import { systemIds } from '@parley/core'
import { expect, test } from 'vitest'
import { Backoff } from './backoff.ts'
import { leastLoaded } from './balance.ts'
import { TokenSlots, tokenSlots } from './token-slots.ts'

const at = (inFlight: number, { usable = true, full = false } = {}) => ({ inFlight, usable, full })

test('the fewest calls in flight win, equals take turns', () => {
  const [a, b, c] = [at(3), at(1), at(1)]
  expect(leastLoaded([a, b, c], 0)).toBe(b)
  expect(leastLoaded([a, b, c], 1)).toBe(c)
  expect(leastLoaded([a, b, c], 2)).toBe(b)
})

test('what is leaving or full is not taken; the one to avoid only where there is no other', () => {
  const leaving = at(0, { usable: false })
  const full = at(0, { full: true })
  const busy = at(9)
  expect(leastLoaded([leaving, full, busy], 0)).toBe(busy)
  expect(leastLoaded([leaving], 0)).toBe(null)
  expect(leastLoaded([], 0)).toBe(null)
  expect(leastLoaded([full, leaving], 0)).toBe('full')
  expect(leastLoaded([busy, full], 0, busy)).toBe('full')
  expect(leastLoaded([busy, leaving], 0, busy)).toBe(busy)
})

test('waits double up to the longest, half of each by chance', () => {
  const fixed = (byte: number) => ({ ...systemIds, bytes: (n: number) => Buffer.alloc(n, byte) })
  const low = new Backoff([100, 1000], fixed(0))
  expect([1, 2, 3, 4, 5, 6].map(() => low.next())).toEqual([50, 100, 200, 400, 500, 500])
  low.reset()
  expect(low.next()).toBe(50)
  const high = new Backoff([100, 1000], fixed(255))
  expect(high.next()).toBeCloseTo(100, 3)
})

test('a token is sent once and by its slot afterwards, until its slot is used again', () => {
  const slots = new TokenSlots()
  expect(slots.refer('first')).toEqual([0, 'first'])
  expect(slots.refer('first')).toBe(0)
  for (let i = 1; i < tokenSlots; i++) slots.refer(`t${i}`)
  expect(slots.refer('first')).toBe(0)
  expect(slots.refer('one more')).toEqual([0, 'one more'])
  expect(slots.refer('first')).toEqual([1, 'first'])
})
