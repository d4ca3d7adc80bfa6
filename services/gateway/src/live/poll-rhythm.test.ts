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
  return { clock, rhythm, answer }
}

test('the more queues were answered lately, the longer each gathers, up to a bound', () => {
  const { rhythm, answer } = scene()
  answer(1)
  expect(rhythm.pause(7, queue(1))).toBe(1)
  answer(20)
  expect(rhythm.pause(7, queue(1))).toBe(20)
  answer(500)
  expect(rhythm.pause(7, queue(1))).toBe(50)
})

test('it counts from the queue’s own last answer, and is forgotten after a while', () => {
  const { clock, rhythm, answer } = scene()
  answer(40)
  clock.advance(30)
  rhythm.answered(7, queue(2))
  expect(rhythm.pause(7, queue(1))).toBe(10)
  expect(rhythm.pause(7, queue(2))).toBe(40)
  clock.advance(20)
  expect(rhythm.pause(7, queue(1))).toBe(0)
  expect(rhythm.pause(7, queue(2))).toBe(0)
})

test('a queue that was not answered, or is somebody else’s, waits for nothing', () => {
  const { rhythm, answer } = scene()
  answer(40)
  expect(rhythm.pause(7, queue(41))).toBe(0)
  expect(rhythm.pause(8, queue(1))).toBe(0)
})

test('those who gather until about the same moment are served together', async () => {
  const { rhythm, answer } = scene()
  answer(20)
  const gathering = rhythm.gathered(7, queue(1))
  expect(rhythm.gathered(7, queue(2))).toBe(gathering)
  expect(rhythm.gathered(7, queue(41))).not.toBe(gathering)
  await gathering
  expect(rhythm.gathered(7, queue(1))).not.toBe(gathering)
})
