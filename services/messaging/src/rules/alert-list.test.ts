import { maxAlertWords } from '@parley/api'
import { expect, test } from 'vitest'
import { withoutWords, withWords } from './alert-list.ts'

test('adds what is not there yet, in the spelling that came first', () => {
  expect(withWords(['Tea'], ['TEA', ' cake ', 'Cake', '', '  '])).toEqual(['Tea', 'cake'])
})

test('takes away in whatever spelling', () => {
  expect(withoutWords(['Tea', 'cake'], [' tEA', 'milk'])).toEqual(['cake'])
})

test('only so many', () => {
  const many = Array.from({ length: maxAlertWords }, (_, i) => `w${i}`)
  expect(withWords([], many)).toEqual(many)
  expect(withWords(many, ['W1'])).toEqual(many)
  expect(() => withWords(many, ['more'])).toThrow('Too many alert words')
})
