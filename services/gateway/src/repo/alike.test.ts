import { expect, test } from 'vitest'
import { Alike } from './alike.ts'

test('what is alike is one and the same', () => {
  const alike = new Alike<{ readonly types: readonly string[] }>()
  const one = alike.of({ types: ['message'] })
  expect(alike.of({ types: ['message'] })).toBe(one)
  expect(alike.of({ types: ['reaction'] })).toEqual({ types: ['reaction'] })
})

test('of too many it begins anew, and no value changes by that', () => {
  const alike = new Alike<readonly number[]>(2)
  const [one, two, three] = [alike.of([1]), alike.of([2]), alike.of([3])]
  expect([one, two, three]).toEqual([[1], [2], [3]])
  expect(alike.of([3])).toBe(three)
  expect(alike.of([1])).not.toBe(one)
})
