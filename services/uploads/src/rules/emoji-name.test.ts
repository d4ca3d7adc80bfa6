import { expect, test } from 'vitest'
import { emojiName, hidesBuiltIn } from './emoji-name.ts'

test.each([
  ['green_tick', 'green_tick'],
  ['party parrot', 'party_parrot'],
  ['  a-1 ', 'a-1'],
  ['7', '7'],
  ['_x', '_x'],
  ['a'.repeat(60), 'a'.repeat(60)],
])('%s is the name %s', (given, name) => {
  expect(emojiName(given)).toBe(name)
})

test.each([
  ['', 'missing'],
  ['   ', 'missing'],
  ['Upper', 'only lowercase'],
  ['a:b', 'only lowercase'],
  ['a.b', 'only lowercase'],
  ['ä', 'only lowercase'],
  ['a/b', 'only lowercase'],
  ['a_', 'must end'],
  ['a-', 'must end'],
  ['a'.repeat(61), 'too long'],
])('%j is no name: %s', (given, why) => {
  expect(() => emojiName(given)).toThrow(why)
})

test('a name that everybody has an emoji by would be hidden', () => {
  expect(['smile', 'zulip', ' smile', 'heart'].map(hidesBuiltIn)).toEqual([true, true, true, true])
  expect(['green_tick', 'Smile', ''].map(hidesBuiltIn)).toEqual([false, false, false])
})
