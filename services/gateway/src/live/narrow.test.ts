import { expect, test } from 'vitest'
import { compileNarrow, type NarrowTerm } from './narrow.ts'

const inChannel = {
  type: 'message',
  message: {
    id: 40,
    type: 'stream',
    sender_id: 5,
    sender_email: 'eve@x.test',
    stream_id: 9,
    display_recipient: 'General',
    subject: '✔ lunch',
  },
}
const direct = {
  type: 'message',
  message: {
    id: 41,
    type: 'private',
    sender_id: 5,
    sender_email: 'eve@x.test',
    subject: '',
    display_recipient: [
      { id: 5, email: 'eve@x.test' },
      { id: 7, email: 'me@x.test' },
    ],
  },
}
const term = (operator: string, operand: NarrowTerm['operand'], negated = false): NarrowTerm => ({
  operator,
  operand,
  negated,
})

test.each([
  [term('channel', 'general'), true, false],
  [term('stream', 9), true, false],
  [term('channel', 8), false, false],
  [term('topic', '✔ LUNCH'), true, false],
  [term('topic', 'dinner', true), true, true],
  [term('sender', 'EVE@x.test'), true, true],
  [term('sender', 6), false, false],
  [term('is', 'dm'), false, true],
  [term('is', 'private', true), true, false],
  [term('is', 'mentioned'), true, true],
  [term('is', 'unread'), false, false],
  [term('is', 'starred'), false, false],
  [term('is', 'alerted'), true, true],
  [term('is', 'resolved'), true, false],
  [term('dm', [5]), false, true],
  [term('pm-with', 'eve@x.test, me@x.test'), false, true],
  [term('dm', [5, 6]), false, false],
  [term('dm', [5, 6, 7, 8, 9]), false, false],
  [term('dm', [7]), false, false],
  [term('dm-including', 5), false, true],
  [term('dm-including', 'ME@x.test'), false, true],
  [term('dm-including', [6]), false, false],
  [term('group-pm-with', 5), false, false],
  [term('id', 40), true, false],
  [term('id', '41'), false, true],
])('%j', (narrow, channel, dm) => {
  const wants = compileNarrow([narrow])
  const own = { flags: ['read', 'mentioned', 'has_alert_word'] }
  expect([wants?.(inChannel, own, 7), wants?.(direct, own, 7)]).toEqual([channel, dm])
})

test('all terms must hold; other events are not narrowed', () => {
  const wants = compileNarrow([term('channel', 9), term('sender', 6)])
  expect([wants?.(inChannel, null, 7), wants?.({ type: 'stream' }, null, 7)]).toEqual([false, true])
  expect(wants?.({ type: 'message', message: 'odd' }, null, 7)).toBe(false)
  expect(compileNarrow([])).toBeNull()
})

test.each([
  term('search', 'x'),
  term('is', 'constructor'),
  term('is', 'muted'),
  term('is', 'followed'),
  term('in', 'home'),
  term('has', 'link'),
  term('near', 1),
])('%j is refused', (narrow) => {
  expect(() => compileNarrow([narrow])).toThrow('not supported')
})

test('one person is named by what asks for one', () => {
  expect(() => compileNarrow([term('dm-including', [5, 6])])).toThrow('unknown user')
})

test('terms are judged for every message and queue, so there are few', () => {
  const terms = (n: number): NarrowTerm[] => Array.from({ length: n }, () => term('dm', 5, true))
  expect(compileNarrow(terms(10))).not.toBeNull()
  expect(() => compileNarrow(terms(11))).toThrow('Too many narrow terms')
})
