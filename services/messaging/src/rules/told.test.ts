import { channelId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { byMessage } from './told.ts'

test('each message once, with everybody who is told of it', () => {
  const to = (...users: number[]) => ({ channel: channelId(9), users: users.map(userId), within: true })
  expect(
    byMessage([
      { audience: to(3, 7), ids: [1, 2, 5] },
      { audience: to(4), ids: [2, 5] },
      { audience: to(1), ids: [5] },
    ]),
  ).toEqual([
    { audience: to(3, 7), ids: [1] },
    { audience: to(3, 4, 7), ids: [2] },
    { audience: to(1, 3, 4, 7), ids: [5] },
  ])
  expect(byMessage([])).toEqual([])
})
