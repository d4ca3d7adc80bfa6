import { AppError } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxParticipants, type Named, noSuchChannel, parseRecipient } from './recipient.ts'

describe('a channel', () => {
  test.each<[string, Named]>([
    ['Tea Room', { kind: 'channel', name: 'Tea Room', key: 'tea room' }],
    [' ＴＥＡ ', { kind: 'channel', name: 'ＴＥＡ', key: 'tea' }],
    ['"Tea"', { kind: 'channel', name: 'Tea', key: 'tea' }],
    ['["Tea"]', { kind: 'channel', name: 'Tea', key: 'tea' }],
    ['7', { kind: 'channel', id: 7 }],
    ['[7]', { kind: 'channel', id: 7 }],
    // What only looks like JSON is a name.
    ['[tea', { kind: 'channel', name: '[tea', key: '[tea' }],
    ['{"a":1}', { kind: 'channel', name: '{"a":1}', key: '{"a":1}' }],
  ])('%s', (to, expected) => {
    expect(parseRecipient('channel', to)).toEqual(expected)
    expect(parseRecipient('stream', to)).toEqual(expected)
  })
  test.each(['', '  ', '[]', '[1,2]', '[null]', '[[1]]', '[-1]', '[1.5]', '[99999999999]'])(
    '%j is refused',
    (to) => {
      expect(() => parseRecipient('stream', to)).toThrow(AppError)
    },
  )
})

describe('people', () => {
  test.each<[string, Named]>([
    ['7', { kind: 'people', ids: [7] }],
    ['[9, 7, 9]', { kind: 'people', ids: [7, 9] }],
    ['A@x.org', { kind: 'people', emails: ['a@x.org'] }],
    ['["b@x.org","A@x.org"]', { kind: 'people', emails: ['a@x.org', 'b@x.org'] }],
    ['b@x.org, a@x.org ,', { kind: 'people', emails: ['a@x.org', 'b@x.org'] }],
  ])('%s', (to, expected) => {
    expect(parseRecipient('private', to)).toEqual(expected)
    expect(parseRecipient('direct', to)).toEqual(expected)
  })
  test.each(['', '[]', '[1,"a@x.org"]', '[null]', '[{}]', ','])('%j is refused', (to) => {
    expect(() => parseRecipient('direct', to)).toThrow(AppError)
  })
  test('no more than an index entry holds', () => {
    const ids = (n: number): string => JSON.stringify(Array.from({ length: n }, (_, i) => i))
    expect(parseRecipient('direct', ids(maxParticipants - 1))).toMatchObject({ kind: 'people' })
    expect(() => parseRecipient('direct', ids(maxParticipants))).toThrow('Too many recipients')
  })
})

test('a text that no database holds is nobody and no channel', () => {
  for (const bad of ['"a\\u0000b"', '["\\ud800"]'])
    for (const type of ['direct', 'stream'] as const)
      expect(JSON.stringify(parseRecipient(type, bad))).not.toMatch(/[^\\]\\u(0000|d800)/)
})

test('any text is understood or refused, never a fault', () => {
  const holds = fc.check(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom('direct', 'stream'), (to, type) => {
      try {
        return parseRecipient(type, to) !== undefined
      } catch (error) {
        return error instanceof AppError
      }
    }),
  )
  expect(holds.failed).toBe(false)
})

test('a channel that does not exist is told by what was asked', () => {
  expect(noSuchChannel({ kind: 'channel', id: 7 })).toMatchObject({
    code: 'STREAM_DOES_NOT_EXIST',
    message: "Channel with ID '7' does not exist",
    data: { stream_id: 7 },
  })
})
