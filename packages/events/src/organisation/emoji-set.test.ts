import { maxEmoji, maxEmojiNameLength } from '@parley/api'
import { expect, test } from 'vitest'
import { make } from '../event.ts'
import { emojiSet } from './emoji-set.ts'

test('as many emoji as an organisation may have fit into one event', () => {
  const largest = 2_147_483_647
  const url = (folder: string) => `/user_avatars/${largest}/${folder}/${'f'.repeat(32)}.webp`
  const all = Array.from({ length: maxEmoji }, (_, i) => ({
    id: String(largest - i),
    name: 'x'.repeat(maxEmojiNameLength),
    source_url: url('emoji/images'),
    still_url: url('emoji/images/still'),
    deactivated: false,
    author_id: largest,
  }))
  const told = make(emojiSet, { realm_emoji: Object.fromEntries(all.map((emoji) => [emoji.id, emoji])) })
  expect(Buffer.byteLength(JSON.stringify(told.body))).toBeLessThan(500 * 1024)
})
