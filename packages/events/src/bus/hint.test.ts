import { fixedClock, orgId, seq } from '@parley/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bus } from './bus.ts'
import { createHints } from './hint.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('hints go at once, then joined: one per organisation and 5 ms, and the last place is always told', () => {
  const sent: string[] = []
  const bus = { publish: (subject: string, payload: string) => sent.push(`${subject} ${payload}`) }
  const clock = fixedClock(0)
  const pass = (ms: number): void => {
    clock.advance(ms)
    vi.advanceTimersByTime(ms)
  }
  const hint = createHints(bus as unknown as Bus, clock)
  const [a, b] = [orgId(1), orgId(2)]
  for (const n of [1, 2, 3]) hint(a, seq(n))
  hint(b, seq(1))
  expect(sent).toEqual(['hint.1 1', 'hint.2 1'])
  pass(5)
  expect(sent).toEqual(['hint.1 1', 'hint.2 1', 'hint.1 3'])
  hint(a, seq(4))
  pass(5)
  hint(a, seq(5))
  expect(sent.slice(3)).toEqual(['hint.1 4'])
  pass(100)
  expect(sent.slice(4)).toEqual(['hint.1 5'])
})
