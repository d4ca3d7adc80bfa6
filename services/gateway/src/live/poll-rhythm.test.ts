import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import { PollRhythm } from './poll-rhythm.ts'

const queue = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function scene() {
  const clock = fixedClock(0)
  const rhythm = new PollRhythm(clock, 1, 50)
  const answer = (count: number): void => {
    for (let n = 1; n <= count; n++) rhythm.answered(7, queue(n))
  }
  /** For how long each of so many still gathers, the shortest first. */
  const pauses = (count: number): number[] =>
    Array.from({ length: count }, (_, i) => rhythm.pause(7, queue(i + 1))).toSorted((a, b) => a - b)
  return { clock, rhythm, answer, pauses }
}

test('the more queues were answered lately, the longer each gathers, up to a bound', () => {
  const { answer, pauses } = scene()
  for (const [count, bound] of [
    [1, 1],
    [20, 20],
    [500, 50],
  ] as const) {
    answer(count)
    expect(pauses(count).at(-1)).toBeLessThanOrEqual(1.15 * bound)
    expect(pauses(count)[0]).toBeGreaterThanOrEqual(0.85 * bound)
  }
})

test('those that were answered at once come back one after the other', () => {
  const { answer, pauses } = scene()
  answer(50)
  const all = pauses(50)
  const gaps = all.slice(1).map((pause, i) => pause - (all[i] ?? 0))
  // Evenly they would be 0.3 apart.
  expect(Math.max(...gaps)).toBeLessThan(0.7)
  expect(all.filter((pause, i) => pause === all[i + 1])).toEqual([])
})

test.each([30, 60, 200])('%i that poll all the time come to no more answers than are allowed', (count) => {
  const { clock, rhythm, answer } = scene()
  answer(count)
  let answers = 0
  for (let ms = 0; ms < 2000; ms++) {
    clock.advance(1)
    for (let n = 1; n <= count; n++)
      if (rhythm.pause(7, queue(n)) === 0) {
        rhythm.answered(7, queue(n))
        answers++
      }
  }
  // One each millisecond, or each queue once in 50.
  expect(answers).toBeLessThanOrEqual(2000 * Math.max(1, count / 50) * 1.02)
  expect(answers).toBeGreaterThan(1000)
})

test('it counts from the queue’s own last answer, and is forgotten after a while', () => {
  const { clock, rhythm, answer } = scene()
  answer(40)
  const before = rhythm.pause(7, queue(1))
  clock.advance(20)
  rhythm.answered(7, queue(2))
  expect(rhythm.pause(7, queue(1))).toBeCloseTo(before - 20)
  expect(rhythm.pause(7, queue(2))).toBeGreaterThan(20)
  clock.advance(40)
  expect(rhythm.pause(7, queue(1))).toBe(0)
})

test('a queue that was not answered, or is somebody else’s, waits for nothing', () => {
  const { rhythm, answer } = scene()
  answer(40)
  expect(rhythm.pause(7, queue(41))).toBe(0)
  expect(rhythm.pause(8, queue(1))).toBe(0)
})
