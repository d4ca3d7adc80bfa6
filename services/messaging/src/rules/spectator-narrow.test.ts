import { expect, test } from 'vitest'
import { spectatorTerms } from './spectator-narrow.ts'

const web = { operator: 'channels', operand: 'web-public' }

test.each([
  [[web]],
  [
    [
      { ...web, operator: 'streams' },
      { operator: 'channel', operand: 7 },
    ],
  ],
  [[web, { operator: 'topic', operand: 'tea' }, { operator: 'sender', operand: 3 }]],
  [[web, { operator: 'search', operand: 'tea' }, { operator: 'has', operand: 'link' }]],
  [[web, { operator: 'near', operand: 7 }, { operator: 'id', operand: 7 }, { operator: 'with', operand: 7 }]],
  [[web, { operator: 'is', operand: 'resolved' }]],
  [[web, { operator: 'topic', operand: 'tea', negated: true }]],
])('AC-02 %j is for everybody', (narrow) => {
  expect(spectatorTerms(narrow)?.length).toBeGreaterThan(0)
})

test.each([
  [[]],
  [[{ operator: 'channel', operand: 7 }]],
  [[{ ...web, negated: true }]],
  [[{ operator: 'channels', operand: 'public' }]],
  [[web, { operator: 'is', operand: 'starred' }]],
  [[web, { operator: 'is', operand: 'unread' }]],
  [[web, { operator: 'dm', operand: [1] }]],
  [[web, { operator: 'in', operand: 'home' }]],
  [[web, { operator: 'nothing', operand: 'known' }]],
])('AC-02 %j is for who has an account', (narrow) => {
  expect(spectatorTerms(narrow)).toBeNull()
})

test('as many terms as are answered', () => {
  const of = (count: number) => [
    web,
    ...Array.from({ length: count - 1 }, (_, i) => ({ operator: 'channel', operand: i })),
  ]
  expect(spectatorTerms(of(10))).toHaveLength(10)
  expect(() => spectatorTerms(of(11))).toThrow('A narrow may hold at most 10 terms')
})
