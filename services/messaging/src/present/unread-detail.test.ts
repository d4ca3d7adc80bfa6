import { userId } from '@parley/core'
import { expect, test } from 'vitest'
import type { Markable } from '../repo/flags.ts'
import { type Changed, changedOf } from './changed.ts'
import { unreadDetail } from './unread-detail.ts'

const literal = { id: 7, channelId: 3, userIds: null, topic: 'tea', mentioned: false }

test('what is told of a message comes from one that may be read, not from a literal', () => {
  // Never run: the type checker is who is asked.
  const unproven = () => {
    // @ts-expect-error everything a message shows does not make it one that may be read
    const changed: Changed = literal
    // @ts-expect-error nor for the detail that goes into an event
    return [changed, unreadDetail(literal, userId(1))]
  }
  const proven = (places: readonly Markable[]) =>
    changedOf(places).map((message) => unreadDetail(message, userId(1)))
  expect(unproven).toBeTypeOf('function')
  expect(proven([])).toEqual([])
})
