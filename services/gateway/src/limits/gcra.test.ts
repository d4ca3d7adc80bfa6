import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { gcra, type Outcome, type Rate } from './gcra.ts'

const rate: Rate = { count: 5, periodMs: 1000 }

function calls(rate: Rate, at: readonly number[]): Outcome[] {
  let tat: number | null = null
  return at.map((now) => {
    const next = gcra(rate, tat, now)
    tat = next.tat
    return next.outcome
  })
}

test('a burst up to the count, then one per interval', () => {
  expect(calls(rate, [0, 0, 0, 0, 0, 0, 200, 200]).map((o) => [o.ok, o.remaining, o.retryMs])).toEqual([
    [true, 4, 0],
    [true, 3, 0],
    [true, 2, 0],
    [true, 1, 0],
    [true, 0, 0],
    [false, 0, 200],
    [true, 0, 0],
    [false, 0, 200],
  ])
})

test('idle time gives the whole burst back, never more', () => {
  expect(calls(rate, [0, 60_000]).map((o) => o.remaining)).toEqual([4, 4])
})

test('no window of one period ever holds more than twice the count', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 20 }), (steps, count) => {
      let now = 0
      const at = steps.map((step) => (now += step))
      const outcomes = calls({ count, periodMs: 1000 }, at)
      const passed = at.filter((_, i) => outcomes[i]?.ok)
      for (const t of passed)
        expect(passed.filter((u) => u >= t && u < t + 1000).length).toBeLessThanOrEqual(2 * count)
      expect(outcomes.every((o) => o.ok === (o.retryMs === 0))).toBe(true)
    }),
  )
})
