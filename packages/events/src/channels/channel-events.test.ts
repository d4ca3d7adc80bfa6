import { Capabilities, type ChannelObject } from '@parley/api'
import { userId } from '@parley/core'
import { expect, test } from 'vitest'
import type { Viewer } from '../event.ts'
import { channelCreated, channelRevealed } from './channel-known.ts'
import { peerAdded, peerAddedWithin } from './peer.ts'

const viewer = (role: number): Viewer => ({
  userId: userId(1),
  role,
  capabilities: Capabilities.parse({}),
  applyMarkdown: true,
  sees: null,
  slimPresence: true,
  queueId: 'q',
})
const member = viewer(400)
const guest = viewer(600)
// The shape passes the channel on as it is.
const channel = { stream_id: 3 } as ChannelObject

test('guests are not told of public channels they are not in', () => {
  expect(channelCreated.shape({ channel }, member)).toEqual({
    type: 'stream',
    op: 'create',
    streams: [channel],
  })
  expect(channelCreated.shape({ channel }, guest)).toBeNull()
  expect(channelRevealed.shape({ channel }, guest)).not.toBeNull()
})

test('a guest in a public channel follows its list by the event inside the channel alone', () => {
  const body = { channel_id: 3, user_ids: [7] }
  const within = { ...body, guests_only: true }
  expect([peerAdded.shape(body, guest), peerAddedWithin.shape(within, member)]).toEqual([null, null])
  expect(peerAddedWithin.shape(within, guest)).toEqual(peerAdded.shape(body, member))
  expect(peerAddedWithin.shape({ ...within, guests_only: false }, member)).not.toBeNull()
})

test('viewers whose shapes differ are different variants', () => {
  for (const declared of [channelCreated, peerAdded, peerAddedWithin])
    expect(declared.variant(guest)).not.toBe(declared.variant(member))
})
