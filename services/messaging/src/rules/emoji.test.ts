import { AppError } from '@parley/core'
import { describe, expect, test } from 'vitest'
import { checkEmoji, type GivenEmoji, type OwnEmoji, parseEmojiKey } from './emoji.ts'

const said = (fn: () => unknown): unknown => {
  try {
    return fn()
  } catch (error) {
    return error instanceof AppError ? error.message : error
  }
}

const own: readonly OwnEmoji[] = [
  { code: '7', name: 'ours', deactivated: false },
  { code: '8', name: 'smile', deactivated: false },
  { code: '9', name: 'gone', deactivated: true },
]

describe('which emoji', () => {
  const table: readonly [string, GivenEmoji, unknown][] = [
    ['a name alone', { name: 'tada' }, { code: '1f389', type: 'unicode_emoji' }],
    ['the extra one', { name: 'zulip' }, { code: 'zulip', type: 'zulip_extra_emoji' }],
    ['a code alone', { code: '1f389' }, { code: '1f389', type: 'unicode_emoji' }],
    ['all of it', { name: 'x', code: 'a', type: 'realm_emoji' }, { code: 'a', type: 'realm_emoji' }],
    // Upstream looks a name up wherever the type is not given too.
    ['a name and a code', { name: 'tada', code: '1f600' }, { code: '1f389', type: 'unicode_emoji' }],
    ['a name nobody has', { name: 'no_such_thing' }, "Emoji 'no_such_thing' does not exist"],
    ['one of the organisation’s', { name: 'ours' }, { code: '7', type: 'realm_emoji' }],
    ['one that hides another', { name: 'smile' }, { code: '8', type: 'realm_emoji' }],
    ['one out of use', { name: 'gone' }, "Emoji 'gone' does not exist"],
    ['a text', { name: 'not a name' }, 'Invalid emoji name.'],
    ['a type nobody has', { code: 'a', type: 'face' }, 'Invalid emoji type.'],
    ['a name and a type nobody has', { name: 'tada', type: 'face' }, 'Invalid emoji type.'],
    [
      'a name and its type',
      { name: 'tada', type: 'unicode_emoji' },
      { code: '1f389', type: 'unicode_emoji' },
    ],
    ['a name of another type', { name: 'tada', type: 'realm_emoji' }, "Emoji 'tada' does not exist"],
    [
      'one that is hidden',
      { name: 'smile', type: 'unicode_emoji' },
      { code: '1f604', type: 'unicode_emoji' },
    ],
    ['zulip as Unicode', { name: 'zulip', type: 'unicode_emoji' }, "Emoji 'zulip' does not exist"],
    ['nothing', {}, 'At least one of the following arguments must be present: emoji_name, emoji_code'],
  ]
  test.each(table)('%s', (_name, given, expected) => {
    expect(said(() => parseEmojiKey(given, own))).toEqual(expected)
  })
})

describe('its name', () => {
  const tada = { code: '1f389', type: 'unicode_emoji' } as const
  test.each([
    ['tada', tada, { ...tada, name: 'tada' }],
    // A client may know it by another name than we do.
    ['hooray_or_so', tada, { ...tada, name: 'tada' }],
    ['grinning', tada, 'Invalid emoji name.'],
    ['tada', { ...tada, code: 'ffff' }, 'Invalid emoji code.'],
    [
      'zulip',
      { code: 'zulip', type: 'zulip_extra_emoji' },
      { code: 'zulip', type: 'zulip_extra_emoji', name: 'zulip' },
    ],
    ['tada', { code: 'zulip', type: 'zulip_extra_emoji' }, 'Invalid emoji name.'],
    ['zulip', { code: '1f389', type: 'zulip_extra_emoji' }, 'Invalid emoji code.'],
    ['ours', { code: '7', type: 'realm_emoji' }, { code: '7', type: 'realm_emoji', name: 'ours' }],
    ['theirs', { code: '7', type: 'realm_emoji' }, 'Invalid custom emoji name.'],
    ['gone', { code: '9', type: 'realm_emoji' }, 'This custom emoji has been deactivated.'],
    ['own', { code: '1', type: 'realm_emoji' }, 'Invalid custom emoji.'],
  ] as const)('%s for %j', (name, key, expected) => {
    expect(said(() => checkEmoji(name, key, own))).toEqual(expected)
  })
})
