import { topicPolicy } from '@parley/api'
import { expect, test } from 'vitest'
import { mergedPolicy } from './merged-policy.ts'

const { muted, inherit, unmuted, followed } = topicPolicy

test('what was set for a topic is what is set for where it went, where nothing was', () => {
  for (const there of [null, muted, unmuted, followed])
    for (const moved of [muted, unmuted, followed])
      expect(mergedPolicy(moved, there, false)).toBe(moved === there ? null : moved)
})

test.each([
  [muted, null, null],
  [muted, muted, null],
  [muted, unmuted, null],
  [muted, followed, null],
  [unmuted, null, unmuted],
  [unmuted, muted, unmuted],
  [unmuted, followed, null],
  [followed, null, followed],
  [followed, muted, followed],
  [followed, unmuted, followed],
  [muted, inherit, null],
])('of two topics that become one, %s and %s, what shows more counts', (moved, there, wanted) => {
  expect(mergedPolicy(moved, there, true)).toBe(wanted)
})
