import { expect, test } from 'vitest'
import { enough, firstOf } from './portion.ts'

const events = (count: number, length: number) =>
  Array.from({ length: count }, (_, seq) => ({ seq, text: 'x'.repeat(length) }))

test('an answer holds what fits, at least one event, and what is left comes with the next', () => {
  const all = events(10, 30)
  expect(firstOf(all, 100)).toEqual(all.slice(0, 3))
  expect(firstOf(all, 90)).toEqual(all.slice(0, 3))
  expect(firstOf(all, 1)).toEqual(all.slice(0, 1))
  expect(firstOf(all, 300)).toBe(all)
  expect(firstOf([], 1)).toEqual([])
})

test('of a long list only as much is made as an answer holds, and of what comes to nothing all in a few pieces', () => {
  const all = events(100_000, 30)
  let made = 0
  const some = enough(all, (piece) => ((made += piece.length), piece), 3000)
  expect(firstOf(some, 3000)).toEqual(all.slice(0, 100))
  expect(made).toBeLessThan(500)
  const pieces: number[] = []
  expect(enough(all, (piece) => (pieces.push(piece.length), []), 3000)).toEqual([])
  expect(pieces.reduce((sum, n) => sum + n, 0)).toBe(all.length)
  expect(pieces.length).toBeLessThan(20)
  expect(enough([], () => [], 1)).toEqual([])
})
