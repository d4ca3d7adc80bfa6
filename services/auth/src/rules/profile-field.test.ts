import type { ProfileField } from '@parley/api'
import { describe, expect, test } from 'vitest'
import { changedField, isLink, newField, optionKeys } from './profile-field.ts'
import { wantedValues } from './profile-value.ts'

const field = (more: Partial<ProfileField> = {}): ProfileField => ({
  id: 1,
  type: 1,
  order: 1,
  name: 'Team',
  hint: '',
  field_data: '',
  display_in_profile_summary: false,
  required: false,
  editable_by_user: true,
  ...more,
})
const option = (text: string, order = '1') => ({ text, order })
const custom = (url_pattern: string) => ({ subtype: 'custom', url_pattern })

describe('a field', () => {
  test('is what is asked for', () => {
    expect(newField(1, { name: ' Crew ', hint: ' which? ', required: true }, [field()])).toEqual({
      type: 1,
      name: 'Crew',
      hint: 'which?',
      field_data: '',
      display_in_profile_summary: false,
      required: true,
      editable_by_user: true,
    })
    const list = newField(
      3,
      { name: 'Editor', field_data: { v: option('Vim'), e: option('Emacs', '2') } },
      [],
    )
    expect(optionKeys(list)).toEqual(['v', 'e'])
    expect(newField(7, { name: 'X', field_data: custom('https://x.org/%(username)s') }, []).field_data).toBe(
      '{"subtype":"custom","url_pattern":"https://x.org/%(username)s"}',
    )
    expect(changedField(field({ hint: 'a' }), { required: true }, [])).toMatchObject({
      hint: 'a',
      name: 'Team',
    })
  })

  test.each([
    ['another type', 9, {}, 'Invalid field type.'],
    ['no name', 1, { name: ' ' }, 'Label cannot be blank.'],
    ['a name there is', 1, { name: 'ＴＥＡＭ' }, 'A field with that label already exists.'],
    ['no options', 3, {}, 'Field must have at least one choice.'],
    [
      'too many options',
      3,
      { field_data: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${i}`, option(`o${i}`)])) },
      'Field must have at most 100 choices.',
    ],
    ['options that are texts', 3, { field_data: { a: 'b' } }, 'field_data is not valid'],
    ['an option without a key', 3, { field_data: { ' ': option('a') } }, "'value' cannot be blank."],
    ['an option without a text', 3, { field_data: { a: option(' ') } }, 'text cannot be blank.'],
    [
      'a long option',
      3,
      { field_data: { a: option('x'.repeat(51)) } },
      'text is too long (limit: 50 characters)',
    ],
    ['an option of no place', 3, { field_data: { a: option('a', 'x') } }, 'order is not an integer'],
    [
      'options alike',
      3,
      { field_data: { a: option('a'), b: option('A') } },
      'Field must not have duplicate choices.',
    ],
    ['an account of no kind', 7, {}, 'Invalid external account type'],
    [
      'an account of a kind not known',
      7,
      { field_data: { subtype: 'github' } },
      'Invalid external account type',
    ],
    [
      'an account without an address',
      7,
      { field_data: { subtype: 'custom' } },
      'Custom external account must define URL pattern',
    ],
    [
      'an account with more',
      7,
      { field_data: { ...custom('https://x/%(username)s'), x: 'y' } },
      'field_data has other keys than subtype and url_pattern',
    ],
    [
      'an address without a place',
      7,
      { field_data: custom('https://x.org/') },
      "url_pattern should contain '%(username)s'",
    ],
    [
      'an address of a script',
      7,
      { field_data: custom('javascript:alert(%(username)s)') },
      'url_pattern is not a URL',
    ],
    [
      'a long text in the summary',
      2,
      { display_in_profile_summary: true },
      'Field type not supported for display in profile summary.',
    ],
  ])('%s is refused', (_, type, given, refusal) => {
    expect(() => newField(type, { name: 'New', ...given }, [field()])).toThrow(refusal)
  })

  test('only two are in the summary', () => {
    const shown = [field({ display_in_profile_summary: true }), field({ display_in_profile_summary: true })]
    expect(() => newField(1, { name: 'New', display_in_profile_summary: true }, shown)).toThrow(
      'Only 2 custom',
    )
    expect(changedField(field({ display_in_profile_summary: true }), { hint: 'x' }, shown)).toMatchObject({
      hint: 'x',
    })
  })

  test.each([
    ['https://a.org/b?c#d', true],
    ['http://a', true],
    ['ftp://a.org', false],
    ['javascript:1', false],
    ['a.org', false],
    ['https://a.org/"onclick=', false],
  ])('%s is a link: %s', (text, is) => {
    expect(isLink(text)).toBe(is)
  })
})

describe('a value', () => {
  const one = (type: number, value: string | number[] | null, more: Partial<ProfileField> = {}) =>
    wantedValues([field({ type: type as ProfileField['type'], ...more })], [{ id: 1, value }], false).map(
      (wanted) => wanted.value,
    )
  const list = { field_data: JSON.stringify({ v: option('Vim') }) }

  test.each([
    [1, 'x'.repeat(50), {}, 'x'.repeat(50)],
    [1, '', {}, null],
    [1, null, {}, null],
    [2, 'x'.repeat(500), {}, 'x'.repeat(500)],
    [3, 'v', list, 'v'],
    [4, '2024-02-29', {}, '2024-02-29'],
    [5, 'https://a.org', {}, 'https://a.org'],
    [6, [3, 2, 3], {}, '[3,2]'],
    [6, [], {}, null],
    [7, 'ada', {}, 'ada'],
    [8, 'she/her', {}, 'she/her'],
  ] as const)('of type %i may be %j', (type, value, more, kept) => {
    expect(one(type, typeof value === 'object' && value ? [...value] : value, more)).toEqual([kept])
  })

  test.each([
    [1, 'x'.repeat(51), 'Team is too long (limit: 50 characters)'],
    [1, [1], 'Team is not a string'],
    [1, 'a\0b', 'Invalid Team'],
    [2, 'x'.repeat(501), 'Team is too long (limit: 500 characters)'],
    [3, 'Vim', 'Invalid choice for field Team'],
    [4, '2023-02-29', 'Team is not a date'],
    [4, '1 May', 'Team is not a date'],
    [5, 'javascript:alert(1)', 'Team is not a URL'],
    [6, '3', 'User IDs is not a list'],
    [7, 'x'.repeat(51), 'Team is too long (limit: 50 characters)'],
    [8, 'x'.repeat(51), 'Team is too long (limit: 50 characters)'],
  ] as const)('of type %i may not be %j', (type, value, refusal) => {
    expect(() => one(type, typeof value === 'string' ? value : [...value], list)).toThrow(refusal)
  })

  test('of a field that is not there, or that only administrators fill in', () => {
    const given = [{ id: 2, value: 'x' }]
    expect(() => wantedValues([field()], given, true)).toThrow('Field id 2 not found.')
    const closed = [field({ id: 2, editable_by_user: false })]
    expect(() => wantedValues(closed, given, false)).toThrow('You are not allowed to change this field.')
    expect(wantedValues(closed, given, true)).toMatchObject([{ value: 'x' }])
  })
})
