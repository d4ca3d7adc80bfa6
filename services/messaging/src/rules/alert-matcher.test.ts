import { userId } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AlertMatcher, wordKey } from './alert-matcher.ts'

const by = (lists: Readonly<Record<number, readonly string[]>>): AlertMatcher => {
  const matcher = new AlertMatcher()
  for (const [user, words] of Object.entries(lists)) matcher.set(userId(Number(user)), words)
  return matcher
}

test.each([
  ['a word', 'lunch', 'is it Lunch?', true],
  ['part of a word', 'lunch', 'lunchtime', false],
  ['of several words, whatever stands between', 'on call', 'who is ON\n call', true],
  ['signs at its end', 'c++', '(C++)', true],
  ['signs at its end, and more', 'c++', 'c++11', false],
  ['signs at its beginning', '@ops', 'a @ops', true],
  ['signs at its beginning, and something before', '@ops', 'a@ops', false],
  ['with marks, composed or not', 'caf\u00e9', 'cafe\u0301', true],
  ['without the mark', 'cafe', 'cafe\u0301', false],
  ['of another script', 'обед', 'Обед!', true],
])('%s', (_, word, text, found) => {
  expect(by({ 1: [word] }).matches(text)).toEqual(found ? [1] : [])
})

test('longer words and shorter ones alike', () => {
  const matcher = by({ 1: ['on'], 2: ['on call'], 3: ['call', 'x'], 4: ['on call now'] })
  expect(matcher.matches('on call, not now')).toEqual([1, 2, 3])
})

test('words are those set last, and nothing is left of the others', () => {
  const matcher = by({ 1: ['tea', 'tea time'], 2: ['tea'] })
  matcher.set(userId(1), ['tea time'])
  expect(matcher.matches('tea time')).toEqual([1, 2])
  matcher.set(userId(1), [])
  matcher.set(userId(2), [])
  expect([matcher.matches('tea time'), matcher.bytes]).toEqual([[], 0])
})

const letters = fc.string({
  unit: fc.constantFrom('a', 'B', 'ß', '1', '+', '@', ' ', '\n', 'é'),
  maxLength: 12,
})
const word = letters.map((text) => text.trim()).filter((text) => text !== '')

test('finds what a look at every place finds', () => {
  const naive = (words: readonly string[], text: string): boolean =>
    words.some((one) => {
      const escaped = wordKey(one).replace(/[+]/g, '\\+')
      return new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])${escaped}(?![\\p{L}\\p{M}\\p{N}_])`, 'u').test(
        wordKey(text),
      )
    })
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 3 }), { maxLength: 4 }), letters, (lists, text) => {
      const wanted = lists.flatMap((words, at) => (naive(words, text) ? [at + 1] : []))
      expect(by(Object.fromEntries(lists.map((words, at) => [at + 1, words]))).matches(text)).toEqual(wanted)
    }),
  )
})
