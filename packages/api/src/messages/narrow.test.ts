import { expect, test } from 'vitest'
import { Narrow } from './narrow.ts'
import { topicForClient } from './topic.ts'

test('a term may be written as an object or as a pair', () => {
  expect(
    Narrow.parse([
      { operator: 'channel', operand: 7 },
      ['is', 'starred'],
      { operator: 'dm', operand: [1, 2], negated: true },
    ]),
  ).toEqual([
    { operator: 'channel', operand: 7 },
    { operator: 'is', operand: 'starred', negated: false },
    { operator: 'dm', operand: [1, 2], negated: true },
  ])
})

test.each([
  [[['is']]],
  [[['topic', '\0']]],
  [[{ operator: 'topic', operand: '\ud800' }]],
  [[{ operator: 'topic', operand: 'x'.repeat(1001) }]],
  [[{ operator: 'o'.repeat(51), operand: 'x' }]],
  [Array.from({ length: 51 }, () => ['is', 'starred'])],
])('%j is no narrow', (given) => {
  expect(Narrow.safeParse(given).success).toBe(false)
})

test('only who does not know of the nameless topic sees a name for it', () => {
  expect(topicForClient('', false)).toBe('general chat')
  expect(topicForClient('', true)).toBe('')
  expect(topicForClient('lunch', false)).toBe('lunch')
})
