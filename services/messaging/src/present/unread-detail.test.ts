import { userId } from '@parley/core'
import { expect, test } from 'vitest'
import type { Markable } from '../repo/markable.ts'
import { eventChunks } from '../rules/event-chunks.ts'
import { unreadDetail } from './unread-detail.ts'

const place = {
  recipientId: 3,
  channelId: 3,
  userIds: null,
  subscribed: true,
  ids: [7, 8],
  foreign: [],
  born: [],
  topics: ['tea', 'Kettle'],
  mentioned: [8],
  line: [],
}

test('what is told of a message comes from one that may be read, not from a literal', () => {
  // Never run: the type checker is who is asked.
  const unproven = () =>
    // @ts-expect-error everything a message shows does not make it one that may be read
    unreadDetail([{ place, from: 0, to: 1 }], userId(1))
  const proven = (places: readonly Markable[]) =>
    eventChunks(places).map((parts) => unreadDetail(parts, userId(1)))
  expect(unproven).toBeTypeOf('function')
  expect(proven([])).toEqual([])
})
