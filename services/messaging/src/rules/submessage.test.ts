import { expect, test } from 'vitest'
import { authorsOnly, checkAddition, checkRoom, mostAdded, parseAddition } from './submessage.ts'

test.each([
  ['poll', { type: 'vote', key: '5,1', vote: 1 }],
  ['poll', { type: 'vote', key: 'canned,0', vote: -1 }],
  ['poll', { type: 'question', question: 'Tea?' }],
  ['poll', { type: 'new_option', idx: 3, option: 'green' }],
  ['todo', { type: 'new_task', key: 2, task: 'buy', desc: '', completed: false }],
  ['todo', { type: 'strike', key: '2,5' }],
  ['todo', { type: 'new_task_list_title', title: 'Today' }],
] as const)('a %s takes %j', (kind, addition) => {
  expect(checkAddition(kind, addition)).toBe(JSON.stringify(addition))
  const other = kind === 'poll' ? 'todo' : 'poll'
  expect(() => checkAddition(other, addition)).toThrow(`Invalid submessage for a ${other}`)
})

test.each([
  null,
  7,
  [],
  { type: 'vote', key: '5,1', vote: 2 },
  { type: 'vote', key: '5,1', vote: 1, more: 1 },
  { type: 'vote', key: 'k'.repeat(101), vote: 1 },
  { type: 'new_option', idx: 1001, option: 'x' },
  { type: 'new_option', idx: '1', option: 'x' },
  { type: 'question', question: 'x'.repeat(1001) },
  { type: 'constructor' },
])('a poll does not take %j', (addition) => {
  expect(() => checkAddition('poll', addition)).toThrow('Invalid submessage for a poll')
})

test('only JSON is taken, each key once', () => {
  expect(parseAddition('{"type":"vote"}')).toEqual({ type: 'vote' })
  for (const text of ['', 'vote', '{"type":"vote","type":"question"}'])
    expect(() => parseAddition(text)).toThrow('Invalid json for submessage')
})

test('what the sender asks is theirs', () => {
  expect(authorsOnly({ type: 'question', question: 'x' })).toContain('question')
  expect(authorsOnly({ type: 'new_task_list_title', title: 'x' })).toContain('title')
  for (const given of [{ type: 'vote' }, { type: 'constructor' }, null, 'question'])
    expect(authorsOnly(given)).toBeNull()
})

test('there is an end to it', () => {
  const there = { all: mostAdded.all - 1, own: mostAdded.own - 1, bytes: mostAdded.bytes - 2 }
  expect(() => checkRoom(there, 'é')).not.toThrow()
  for (const more of [{ all: mostAdded.all }, { own: mostAdded.own }, { bytes: mostAdded.bytes - 1 }])
    expect(() => checkRoom({ ...there, ...more }, 'é')).toThrow('Too many')
})
