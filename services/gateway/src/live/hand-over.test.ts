import { fixedClock } from '@parley/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HandOver } from './hand-over.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Each time takes `costs` milliseconds. */
function scene(costs: number) {
  const clock = fixedClock(0)
  const at: number[] = []
  const work = (): void => {
    at.push(clock.monotonic())
    clock.advance(costs)
  }
  const pass = (ms: number): void => {
    clock.advance(ms)
    vi.advanceTimersByTime(ms)
  }
  return { at, pass, clock, handOver: new HandOver(work, clock, 3, 100) }
}

test('what comes while it rests is handed over together, three times as long after as the last time took', () => {
  const { at, pass, handOver } = scene(20)
  handOver.soon()
  handOver.soon()
  pass(59)
  handOver.soon()
  expect(at).toEqual([0])
  pass(1)
  expect(at).toEqual([0, 80])
  pass(60)
  handOver.soon()
  expect(at).toEqual([0, 80, 160])
})

test('nobody waits where it costs next to nothing, and nobody longer than the bound', () => {
  const cheap = scene(0.3)
  cheap.handOver.soon()
  cheap.handOver.soon()
  expect(cheap.at).toHaveLength(2)
  const dear = scene(400)
  dear.handOver.soon()
  dear.handOver.soon()
  dear.pass(100)
  expect(dear.at).toEqual([0, 500])
})

test('what must go now goes now, and what was due then does not come again', () => {
  const { at, pass, handOver } = scene(20)
  handOver.soon()
  handOver.soon()
  pass(10)
  handOver.now()
  expect(at).toEqual([0, 30])
  pass(50)
  expect(at).toEqual([0, 30])
})

test('what passes beside it is not held up, and what comes next rests for it too', () => {
  const { at, pass, clock, handOver } = scene(0)
  handOver.beside(() => clock.advance(20))
  handOver.beside(() => {})
  expect(clock.monotonic()).toBe(20)
  handOver.soon()
  pass(59)
  expect(at).toEqual([])
  pass(1)
  expect(at).toEqual([80])
})
