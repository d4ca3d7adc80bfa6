import { expect, test } from 'vitest'
import { wantedChannels } from './wanted-channels.ts'

test('spellings of one name are one channel, in the order of the keys', () => {
  expect(
    wantedChannels([{ name: ' Zoo ' }, { name: 'apes', color: '#ABC' }, { name: 'ZOO', description: 'x' }]),
  ).toEqual([
    { key: 'apes', name: 'apes', description: '', color: '#aabbcc' },
    { key: 'zoo', name: 'Zoo', description: '', color: null },
  ])
})

test('a description is one line', () => {
  expect(wantedChannels([{ name: 'a', description: ' one\ntwo ' }])[0]?.description).toBe('one two')
})

test.each([
  [{ name: '' }, "Channel name can't be empty."],
  [{ name: 'a\u0000' }, 'Invalid character in channel name, at position 2.'],
  [{ name: 'a', description: 'x'.repeat(1025) }, 'description is too long (limit: 1024 characters)'],
  [{ name: 'a', description: 'a\u0000b' }, 'Invalid character in channel description.'],
  [{ name: 'a', description: '\ud800' }, 'Invalid character in channel description.'],
  [{ name: 'a', color: 'red' }, 'subscriptions[0]["color"] is not a valid hex color code'],
])('%j is refused', (given, message) => {
  expect(() => wantedChannels([given])).toThrow(message)
})
