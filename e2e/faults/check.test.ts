import { expect, test } from 'vitest'
import { type Story, violations } from './check.ts'

// Two senders, four messages; one was asked for again, so its place is not its number. The log begins with something else.
const story: Story = {
  written: [
    { sender: 0, n: 0, content: 'a0', invokedMs: 0, answered: { id: 10, atMs: 5 } },
    { sender: 1, n: 0, content: 'b0', invokedMs: 1, answered: { id: 12, atMs: 30 } },
    { sender: 0, n: 1, content: 'a1', invokedMs: 6, answered: { id: 11, atMs: 12 } },
    { sender: 0, n: 2, content: 'a2', invokedMs: 13, answered: null },
  ],
  history: [
    { id: 10, content: 'a0' },
    { id: 11, content: 'a1' },
    { id: 12, content: 'b0' },
    { id: 13, content: 'a2' },
  ],
  log: [
    { seq: 1, messageId: null },
    { seq: 2, messageId: 10 },
    { seq: 3, messageId: 11 },
    { seq: 4, messageId: 12 },
    { seq: 5, messageId: 13 },
  ],
  subscribers: {
    ada: [
      { eventId: 2, messageId: 10, content: 'a0', atMs: 6 },
      { eventId: 3, messageId: 11, content: 'a1', atMs: 14 },
      { eventId: 4, messageId: 12, content: 'b0', atMs: 31 },
      { eventId: 5, messageId: 13, content: 'a2', atMs: 32 },
    ],
  },
}
const { written, history, log, subscribers } = story
const ada = subscribers['ada'] ?? []
const hearing = (heard: typeof ada): Story => ({ ...story, subscribers: { ada: heard } })
const answering = (content: string, answered: { id: number; atMs: number } | null): Story => ({
  ...story,
  written: written.map((one) => (one.content === content ? { ...one, answered } : one)),
})

test('what holds is not reported, an unknown send that was stored included', () => {
  expect(violations(story)).toEqual([])
})

test('nor is an unknown send that was not stored', () => {
  const without = {
    ...story,
    history: history.slice(0, 3),
    log: log.slice(0, 4),
    subscribers: { ada: ada.slice(0, 3) },
  }
  expect(violations(without)).toEqual([])
})

const swapped = <T>(all: readonly T[], i: number): T[] =>
  all.map((one, at) => all[at === i ? i + 1 : at === i + 1 ? i : at] ?? one)

test.each<[string, Story, RegExp]>([
  ['answered, not in the history', { ...story, history: history.slice(1) }, /^lost: a0, answered 10/],
  ['answered with another id', answering('a0', { id: 9, atMs: 5 }), /^lost: a0, answered 9/],
  ['in the history, never written', { ...story, written: written.slice(1) }, /^ghost: a0 was never written/],
  [
    'twice in the history',
    { ...story, history: [...history, { id: 14, content: 'a1' }] },
    /^doubled: a1 is in the history as 11, 14/,
  ],
  [
    'unknown, and twice in the history',
    { ...story, history: [...history, { id: 14, content: 'a2' }] },
    /^doubled: a2 is in the history as 13, 14/,
  ],
  ['history out of order', { ...story, history: swapped(history, 1) }, /^reordered: 11 in the history/],
  [
    'a smaller id than what was answered before',
    {
      ...story,
      written: written.map((w) =>
        w.content === 'b0'
          ? { ...w, invokedMs: 40, answered: { id: 12, atMs: 50 } }
          : w.content === 'a2'
            ? { ...w, answered: { id: 13, atMs: 39 } }
            : w,
      ),
    },
    /^reordered: b0 is 12, asked for after 13 was answered/,
  ],
  ['a hole in the log', { ...story, log: log.filter(({ seq }) => seq !== 1) }, /^gap: 2 stands at place 1/],
  [
    'ids not in commit order',
    {
      ...story,
      log: log.map((one) =>
        one.seq === 3 ? { seq: 3, messageId: 12 } : one.seq === 4 ? { seq: 4, messageId: 11 } : one,
      ),
    },
    /^reordered: 11 in the log/,
  ],
  ['stored without its event', { ...story, log: log.slice(0, 4) }, /^lost: 13 is not in the log/],
  ['a message that a subscriber missed', hearing(ada.toSpliced(1, 1)), /^ada: lost: 11 was never heard/],
  ['the tail that a subscriber missed', hearing(ada.slice(0, 3)), /^ada: lost: 13 was never heard/],
  [
    'heard twice',
    hearing([...ada, { eventId: 5, messageId: 13, content: 'a2', atMs: 33 }]),
    /^ada: doubled: 13 was heard 2 times/,
  ],
  ['heard out of order', hearing(swapped(ada, 1)), /^ada: reordered: message 11/],
  [
    'event ids out of order',
    hearing(ada.map((h, i) => ({ ...h, eventId: i === 3 ? 4 : h.eventId }))),
    /^ada: reordered: event 4/,
  ],
  [
    'heard at another place than the log says',
    hearing(ada.map((h, i) => ({ ...h, eventId: i === 3 ? 6 : h.eventId }))),
    /^ada: misplaced: 13 was heard as event 6/,
  ],
  [
    'heard, and not in the history',
    hearing([...ada, { eventId: 6, messageId: 14, content: 'c0', atMs: 40 }]),
    /^ada: ghost: 14/,
  ],
])('%s is reported', (_, broken, message) => {
  expect(violations(broken)).toEqual(expect.arrayContaining([expect.stringMatching(message)]))
})
