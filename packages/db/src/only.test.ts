import { AppError } from '@parley/core'
import { expect, test } from 'vitest'
import { only } from './only.ts'

test('the row of a statement that always answers one is that row, or the statement is wrong', () => {
  expect(only([7])).toBe(7)
  expect(() => only([])).toThrow(AppError)
  expect(() => only([])).toThrow('Internal server error')
})
