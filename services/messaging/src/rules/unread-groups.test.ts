import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type UnreadPlace, unreadGroups } from './unread-groups.ts'

const place = (more: Partial<UnreadPlace>): UnreadPlace => ({
  channelId: 3,
  userIds: null,
  ids: [],
  topics: [],
  keys: [],
  mentioned: [],
  ...more,
})

test('by topic, as the newest spells it, and by direct conversation, the one with the oldest message first', () => {
  const groups = unreadGroups([
    place({
      ids: [9, 4, 6, 5],
      topics: ['TEA', 'tea', 'Tea', 'milk'],
      keys: ['tea', 'tea', 'tea', 'milk'],
      mentioned: [6, 9, 5],
    }),
    place({ channelId: null, userIds: [1, 2], ids: [3], topics: [''], keys: [''] }),
    place({ channelId: 4 }),
  ])
  expect(groups).toEqual([
    { channelId: null, userIds: [1, 2], topic: '', ids: [3], mentioned: [] },
    { channelId: 3, userIds: null, topic: 'TEA', ids: [4, 6, 9], mentioned: [6, 9] },
    { channelId: 3, userIds: null, topic: 'milk', ids: [5], mentioned: [5] },
  ])
})

test('in whatever order the messages come', () => {
  const some = fc.uniqueArray(fc.tuple(fc.nat(99), fc.constantFrom('a', 'A', 'b')), {
    selector: ([id]) => id,
  })
  fc.assert(
    fc.property(some, fc.func(fc.nat()), (messages, shuffle) => {
      const of = (all: typeof messages): UnreadPlace =>
        place({
          ids: all.map(([id]) => id),
          topics: all.map(([, topic]) => topic),
          keys: all.map(([, topic]) => topic.toLowerCase()),
          mentioned: all.flatMap(([id]) => (id % 3 === 0 ? [id] : [])),
        })
      const other = messages.toSorted((a, b) => shuffle(a) - shuffle(b))
      expect(unreadGroups([of(other)])).toEqual(unreadGroups([of(messages)]))
    }),
  )
})
