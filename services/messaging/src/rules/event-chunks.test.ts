import { expect, test } from 'vitest'
import { eventChunks } from './event-chunks.ts'

const conversation = (first: number, n: number, people: number) => ({
  ids: Array.from({ length: n }, (_, i) => first + i),
  userIds: people === 0 ? null : Array.from({ length: people }, (_, user) => 1_000_000_000 + user),
})

test.each([
  [1, 5_000, 0, 5],
  [500, 10, 0, 5],
  [1, 5_000, 500, 132],
  [50, 100, 500, 132],
  [1, 1, 500, 1],
  [3, 0, 0, 0],
])(
  '%d conversations with %d messages of %d people are told in %d events that fit',
  (places, n, people, events) => {
    const given = Array.from({ length: places }, (_, i) => conversation(i * n, n, people))
    const chunks = eventChunks(given)
    expect(chunks).toHaveLength(events)
    const told = chunks.map((parts) => parts.flatMap(({ place, from, to }) => place.ids.slice(from, to)))
    expect(told.flat()).toEqual(given.flatMap(({ ids }) => ids))
    for (const parts of chunks) {
      const details = parts.flatMap(({ place: { ids, userIds }, from, to }) =>
        ids.slice(from, to).map(() => ({ type: 'stream', user_ids: userIds, topic: '🍵'.repeat(60) })),
      )
      expect(Buffer.byteLength(JSON.stringify(details))).toBeLessThan(512 * 1024)
    }
  },
)
