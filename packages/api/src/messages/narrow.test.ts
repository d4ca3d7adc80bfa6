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

test('underlines are hyphens in the operators that some clients write so', () => {
  const operators = ['pm_with', 'group_pm_with', 'dm_including', 'dm-including', 'no_such']
  const understood = Narrow.parse([
    { operator: 'pm_with', operand: [2] },
    ...operators.map((o) => [o, 'a@x.test']),
  ])
  expect(understood.map(({ operator }) => operator)).toEqual([
    'pm-with',
    'pm-with',
    'group-pm-with',
    'dm-including',
    'dm-including',
    'no_such',
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
