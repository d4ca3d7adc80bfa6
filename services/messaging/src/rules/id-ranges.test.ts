import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idsInRanges, rangesOfIds } from './id-ranges.ts'

test('ids in a multirange as Postgres writes it', () => {
  expect(rangesOfIds([3, 5])).toBe('{[3,3],[5,5]}')
  expect(idsInRanges([1, 2, 3, 9], '{[2,3),[9,)}')).toEqual([2, 9])
  expect(idsInRanges([1, 2], '{(,2)}')).toEqual([])
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), fc.uniqueArray(fc.nat(50)), (ids, some) => {
      const sorted = some.toSorted((a, b) => a - b)
      const text = `{${sorted.map((id) => `[${id},${id + 1})`).join(',')}}`
      expect(idsInRanges(ids, text)).toEqual(ids.filter((id) => some.includes(id)).toSorted((a, b) => a - b))
    }),
  )
})
