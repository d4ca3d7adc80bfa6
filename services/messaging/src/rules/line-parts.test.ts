import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idsInRanges } from './id-ranges.ts'
import { lineParts } from './line-parts.ts'

test.each([
  [[5], [-1], '{[0,6)}'],
  [[5], [3], '{[4,6)}'],
  [[5, 8], [3, 5], '{[4,9)}'],
  [[5, 8], [3, 5, 7], '{[4,6),[8,9)}'],
  // One that was read from the start is not on the line.
  [[5, 8], [3], '{[4,9)}'],
  [[], [], '{}'],
])('%j on %j is %s', (ids, line, parts) => {
  expect(lineParts(ids, line)).toBe(parts)
})

const Ids = fc.uniqueArray(fc.nat(60), { maxLength: 30 }).map((ids) => ids.sort((a, b) => a - b))

test('parts hold the messages themselves and no other of the line, and are one where the line is all theirs', () => {
  fc.assert(
    fc.property(Ids, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (others, marked) => {
      const ids = others.filter((_, i) => marked[i])
      const line = [-1, ...others]
      const held = idsInRanges(
        Array.from({ length: 62 }, (_, id) => id),
        lineParts(ids, line),
      )
      expect(held.filter((id) => others.includes(id))).toEqual(ids)
      expect(lineParts(others, line).match(/\[/g) ?? []).toHaveLength(Math.min(others.length, 1))
    }),
  )
})

test('of the line only what is nearest below counts', () => {
  fc.assert(
    fc.property(Ids, Ids, (ids, others) => {
      const line = [-1, ...others]
      const nearest = ids.map((id) => line.findLast((one) => one < id) ?? -1)
      expect(lineParts(ids, nearest)).toBe(lineParts(ids, line))
    }),
  )
})
