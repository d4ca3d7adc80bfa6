import { expect, test } from 'vitest'
import { channelNameFault, channelNameKey } from './channel-name.ts'

test.each([
  ['general', null],
  ['Überraschung 🎉', null],
  ['x'.repeat(60), null],
  ['🎉'.repeat(60), null],
  ['', "Channel name can't be empty."],
  ['  ', "Channel name can't be empty."],
  ['x'.repeat(61), 'Channel name too long (limit: 60 characters).'],
  ['a\nb', 'Invalid character in channel name, at position 2.'],
  ['🎉\u0000', 'Invalid character in channel name, at position 2.'],
])('%j', (name, fault) => {
  expect(channelNameFault(name)).toBe(fault)
})

test('MD-02 spellings of one name share a key', () => {
  expect(channelNameKey(' ÉCOLE ')).toBe(channelNameKey('e\u0301cole'))
  expect(channelNameKey('a')).not.toBe(channelNameKey('b'))
})
