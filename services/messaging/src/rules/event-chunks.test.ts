import { expect, test } from 'vitest'
import { eventChunks } from './event-chunks.ts'

const messages = (n: number, people: number) =>
  Array.from({ length: n }, (_, id) => ({
    id,
    userIds: people === 0 ? null : Array.from({ length: people }, (_, user) => 1_000_000_000 + user),
  }))

test.each([
  [5_000, 0, 5],
  [5_000, 500, 132],
  [1, 500, 1],
  [0, 0, 0],
])('%d messages of %d people are told in %d events that fit', (n, people, events) => {
  const given = messages(n, people)
  const chunks = eventChunks(given)
  expect(chunks).toHaveLength(events)
  expect(chunks.flat()).toEqual(given)
  for (const chunk of chunks) {
    const details = chunk.map(({ userIds }) => ({
      type: 'stream',
      user_ids: userIds,
      topic: '🍵'.repeat(60),
    }))
    expect(Buffer.byteLength(JSON.stringify(details))).toBeLessThan(512 * 1024)
  }
})
