import { expect, test } from 'vitest'
import { refuseTooMany } from './too-many.ts'

test('channels times people are bounded', () => {
  expect(() => {
    refuseTooMany(1, 10_000)
    refuseTooMany(200, 50)
  }).not.toThrow()
  expect(() => {
    refuseTooMany(200, 51)
  }).toThrow('Too many subscriptions at once')
})
