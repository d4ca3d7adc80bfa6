import { expect, test } from 'vitest'
import { prepared, preparedName } from './prepared.ts'

test('S6 a statement has the same name in every process, another has another, and too many are refused', () => {
  expect(preparedName('SELECT 1')).toBeUndefined()
  expect(preparedName(prepared('SELECT 1'))).toBe('once_e004ebd5b5532a4b85984a62')
  expect(preparedName(prepared('SELECT 2'))).not.toBe(preparedName('SELECT 1'))
  const many = (): void => {
    for (let n = 0; n < 500; n++) prepared(`SELECT ${n}`)
  }
  expect(many).toThrow('too many prepared statements')
  expect(preparedName(prepared('SELECT 1'))).toBeDefined()
})
