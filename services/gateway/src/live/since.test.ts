import { expect, test } from 'vitest'
import type { Effect } from './effect.ts'
import { movesIn, sinceIn } from './since.ts'

const place = { channel: 6, holders: null }
const effects: (Effect | null)[] = [
  { kind: 'joined', channel: 5, users: [1, 2] },
  null,
  { kind: 'left', channel: 5, users: [2] },
  { kind: 'withheld', channel: 5, users: [1] },
  { kind: 'relocated', from: 5, channel: 6, places: new Map([[9, place]]) },
  { kind: 'closed', channel: 6 },
]
const recents = effects.map((effect, i) => ({ seq: i + 1, effect }))

test('a user’s moves are those that name the user', () => {
  expect(movesIn(recents, 1)).toEqual([
    { seq: 1, kind: 'joined', channel: 5 },
    { seq: 4, kind: 'withheld', channel: 5 },
  ])
  expect(movesIn(recents, 2)).toEqual([
    { seq: 1, kind: 'joined', channel: 5 },
    { seq: 3, kind: 'left', channel: 5 },
  ])
})

test('what was relocated and closed is told with its place in the log', () => {
  expect(sinceIn(recents)).toEqual({
    relocated: [{ seq: 5, places: new Map([[9, place]]) }],
    closings: [
      { seq: 4, channel: 5 },
      { seq: 6, channel: 6 },
    ],
  })
})
