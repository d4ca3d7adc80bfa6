import { expect, test } from 'vitest'
import { ByTurns } from './by-turns.ts'

test('everybody is served by turns, each in the order in which they asked', () => {
  const waiting = new ByTurns<string, number>()
  for (const n of [1, 2, 3]) waiting.add('a', n)
  waiting.add('b', 10)
  expect([waiting.size, waiting.sizeOf('a'), waiting.sizeOf('b'), waiting.sizeOf('c')]).toEqual([4, 3, 1, 0])
  expect([waiting.take(), waiting.take()]).toEqual([1, 10])
  waiting.add('b', 11)
  expect([waiting.take(), waiting.take(), waiting.take(), waiting.take()]).toEqual([2, 11, 3, undefined])
  expect(waiting.size).toBe(0)
})

test('what is dropped comes no more, and takes nobody else along', () => {
  const waiting = new ByTurns<string, number>()
  for (const n of [1, 2]) waiting.add('a', n)
  waiting.add('b', 10)
  waiting.drop('b', 10)
  waiting.drop('b', 10)
  waiting.drop('a', 3)
  waiting.drop('a', 1)
  expect([waiting.size, waiting.take(), waiting.take()]).toEqual([1, 2, undefined])
})
