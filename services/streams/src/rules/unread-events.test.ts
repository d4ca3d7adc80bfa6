import { expect, test } from 'vitest'
import { mostTold, unreadEvents } from './unread-events.ts'

const said = (left: Parameters<typeof unreadEvents>[0]) =>
  unreadEvents(left).map(({ body, users }) => [users, body])

test('who left the same unread is told together, who left nothing is not told', () => {
  expect(
    said([
      { userId: 9, messages: [3, 4] },
      { userId: 7, messages: [4] },
      { userId: 8, messages: [3, 4] },
      { userId: 6, messages: [] },
    ]),
  ).toEqual([
    [[8, 9], { messages: [3, 4] }],
    [[7], { messages: [4] }],
  ])
})

test('many messages take several events', () => {
  const messages = Array.from({ length: 45_000 }, (_, i) => i)
  const told = said([{ userId: 7, messages }]).map(([, body]) => body)
  expect(told).toEqual([
    { messages: messages.slice(0, 20_000) },
    { messages: messages.slice(20_000, 40_000) },
    { messages: messages.slice(40_000) },
  ])
})

test('the more leave at once, the less is told to each', () => {
  expect([mostTold(0), mostTold(10), mostTold(100), mostTold(10_000)]).toEqual([50_000, 50_000, 5_000, 50])
})
