import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJsonText } from './json-text.ts'

test('what JSON.stringify writes is read back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value)
      const plain = !/\\u0000/.test(text)
      expect(plain ? parseJsonText(text) : null).toEqual(plain ? JSON.parse(text) : null)
    }),
  )
})

test.each([
  ['{"a":1,"a":2}'],
  ['{"a":1, "\\u0061" :2}'],
  ['[{"b":{"c":1,"d":[],"c":2}}]'],
  ['"\\ud800"'],
  ['["\\u0000"]'],
  ['{"\\udc00":1}'],
  ['['.repeat(41) + ']'.repeat(41)],
  ['{"a":'.repeat(100_000)],
  ['"open'],
  ['{"a":1,}'],
  ['1e'],
  [''],
])('GW-07 refuses %s', (text) => {
  expect(() => parseJsonText(text)).toThrow(SyntaxError)
})

test('the same key may stand in different objects, and as a value', () => {
  expect(parseJsonText('{"a":{"a":"a"},"b":["a","a",{"a":1}]}')).toEqual({
    a: { a: 'a' },
    b: ['a', 'a', { a: 1 }],
  })
  expect(parseJsonText('"\\ud83d\\ude00"')).toBe('😀')
})
