import { expect, test } from 'vitest'
import { type Moved, movedNotices, type Place } from './moved-text.ts'

const usual = { private: false, webPublic: false, protected: false, guests: false }
const open = { ...usual, id: 1, name: 'open' }
const other = { ...usual, id: 2, name: 'other' }
const closed = { ...usual, id: 3, name: 'closed', private: true }
const visited = { ...usual, id: 4, name: 'visited', guests: true }
const kept = { ...usual, id: 6, name: 'kept', private: true, protected: true }
const web = { ...usual, id: 5, name: 'web', webPublic: true, guests: true }
const square = { ...web, id: 7, name: 'square' }
const place = (channel: Place['channel'], topic: string): Place => ({ channel, topic })
const moved = (from: Place, to: Place, more: Partial<Moved> = {}) =>
  movedNotices({
    by: 7,
    from,
    to,
    count: 3,
    whole: true,
    notify: { old: true, new: true },
    url: 'https://x',
    ...more,
  }).map(({ to: where, topic, content }) => [where, topic, content])

test('a topic that is resolved, or not any more, says so where it is now, whatever was asked', () => {
  const notify = { old: true, new: false }
  expect(moved(place(open, 'tea'), place(open, '✔ tea'), { notify })).toEqual([
    [{ channel: 1 }, '✔ tea', '@_**|7** has marked this topic as resolved.'],
  ])
  expect(moved(place(open, '✔ tea'), place(open, 'tea'))).toEqual([
    [{ channel: 1 }, 'tea', '@_**|7** has marked this topic as unresolved.'],
  ])
})

test('a move is said where it was asked for, with the place that is elsewhere', () => {
  expect(moved(place(open, 'tea'), place(open, 'cake'))).toEqual([
    [{ channel: 1 }, 'tea', 'This topic was moved to the topic `cake` by @_**|7**.'],
    [{ channel: 1 }, 'cake', 'This topic was moved here from the topic `tea` by @_**|7**.'],
  ])
  const notify = { old: false, new: true }
  expect(moved(place(open, 'tea'), place(other, ''), { notify, whole: false })).toEqual([
    [{ channel: 2 }, '', '3 messages were moved here from #**open>tea** by @_**|7**.'],
  ])
  const back = { notify: { old: true, new: false }, whole: false, count: 1 }
  expect(moved(place(open, 'tea'), place(other, 'a*b'), back)).toEqual([
    [{ channel: 1 }, 'tea', 'A message was moved from this topic to `other > a*b` by @_**|7**.'],
  ])
  expect(moved(place(open, 'tea'), place(other, 'tea'), { notify: { old: false, new: false } })).toEqual([])
})

test('nothing is said where topics are known only to those who have their messages', () => {
  expect(moved(place(kept, 'tea'), place(kept, '✔ tea'))).toEqual([])
  expect(moved(place(kept, 'plot'), place(kept, 'cake'))).toEqual([])
  expect(moved(place(kept, 'plot'), place(open, 'cake')).map(([where]) => where)).toEqual([{ channel: 1 }])
  expect(moved(place(open, 'tea'), place(kept, 'plot')).map(([where]) => where)).toEqual([{ channel: 1 }])
})

test.each([visited, web])(
  'guests who read $name are told of no channel that is not theirs to know',
  (read) => {
    const notify = { old: true, new: false }
    const text = (to: Place) => moved(place(read, 'tea'), to, { notify })[0]?.[2]
    expect(text(place(other, 'cake'))).toBe('This topic was moved to another channel by @_**|7**.')
    expect(text(place(square, 'cake'))).toBe('This topic was moved to #**square>cake** by @_**|7**.')
  },
)

test('a private channel and its topics are named nowhere else', () => {
  const notices = [
    ...moved(place(open, 'tea'), place(closed, 'plot')),
    ...moved(place(closed, 'plot'), place(open, 'tea')),
  ]
  expect(notices).toHaveLength(4)
  const elsewhere = JSON.stringify(notices.filter(([, topic]) => topic === 'tea'))
  expect(elsewhere).not.toMatch(/closed|plot/)
  expect(elsewhere).toContain('another channel')
})
