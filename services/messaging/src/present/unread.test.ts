import { userId } from '@parley/core'
import { expect, test } from 'vitest'
import { maxUnread } from '../repo/snapshot.ts'
import { presentUnread } from './unread.ts'

const me = userId(7)
const inChannel = (channelId: number, topic: string, ids: number[], mentioned: number[] = []) => ({
  channelId,
  userIds: null,
  topic,
  ids,
  mentioned,
})
const among = (userIds: number[], ids: number[]) => ({
  channelId: null,
  userIds,
  topic: '',
  ids,
  mentioned: [],
})

test('by topic and by conversation, with one, with several and with oneself', () => {
  const groups = [
    inChannel(3, '', [1, 9], [9]),
    among([5, 7], [2]),
    among([5, 6, 7], [3, 4]),
    among([7], [5]),
    inChannel(3, 'Tea', [6], [6]),
  ]
  expect(presentUnread(groups, me, false)).toEqual({
    count: 7,
    streams: [
      { stream_id: 3, topic: 'general chat', unread_message_ids: [1, 9] },
      { stream_id: 3, topic: 'Tea', unread_message_ids: [6] },
    ],
    pms: [
      { other_user_id: 5, sender_id: 5, unread_message_ids: [2] },
      { other_user_id: 7, sender_id: 7, unread_message_ids: [5] },
    ],
    huddles: [{ user_ids_string: '5,6,7', unread_message_ids: [3, 4] }],
    mentions: [6, 9],
    old_unreads_missing: false,
  })
})

test('of more than are named the oldest is left out', () => {
  const many = Array.from({ length: maxUnread - 1 }, (_, i) => i + 10)
  const whole = presentUnread([among([5, 7], [1]), inChannel(3, 'Tea', many)], me, true)
  expect([whole.count, whole.old_unreads_missing]).toEqual([maxUnread, false])
  const alone = presentUnread([among([5, 7], [1]), inChannel(3, 'Tea', [2, ...many])], me, true)
  expect([alone.count, alone.old_unreads_missing, alone.pms]).toEqual([maxUnread, true, []])
  const first = presentUnread([inChannel(3, 'Tea', [1, 2, ...many], [1, 2])], me, true)
  expect([first.count, first.mentions, first.streams[0]?.unread_message_ids[0]]).toEqual([maxUnread, [2], 2])
})
