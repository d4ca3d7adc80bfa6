import { expect, test } from 'vitest'
import { keptTopics } from './kept-topics.ts'

test('those used longest ago make room', () => {
  const kept = keptTopics(3 * 51)
  for (const topic of ['a', 'b', 'c']) kept.keep(topic, [])
  expect(kept.get('a')).toEqual([])
  kept.keep('d', [])
  kept.keep('d', [])
  expect(['a', 'b', 'c', 'd'].map((topic) => kept.get(topic) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ])
  // Two make room for one that is as large, and all for one that is larger than what may be kept.
  kept.keep('e', [{ text: 'e', url: 'x'.repeat(50) }])
  expect(['a', 'c', 'd', 'e'].map((topic) => kept.get(topic) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
  ])
  kept.keep('f', [{ text: 'f', url: 'x'.repeat(1_000) }])
  expect(['d', 'e', 'f'].map((topic) => kept.get(topic))).toEqual([undefined, undefined, undefined])
})
