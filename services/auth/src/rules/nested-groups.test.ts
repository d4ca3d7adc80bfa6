import { expect, test } from 'vitest'
import { nestedSystemGroups, withNested } from './nested-groups.ts'

test('the groups of roles hold each other', () => {
  expect(nestedSystemGroups(2, true)).toEqual([3])
  expect(nestedSystemGroups(4, false)).toEqual([5, 6, 7])
  expect([nestedSystemGroups(8, false), nestedSystemGroups(101, false)]).toEqual([[], []])
  expect(withNested([101, 5])).toEqual([5, 6, 7, 101])
})
