import { expect, test } from 'vitest'
import { fullName } from './full-name.ts'

test.each([
  ['  Ada Lovelace ', 'Ada Lovelace'],
  ['Zoë', 'Zoë'],
  ['李 小龙', '李 小龙'],
  ['x'.repeat(100), 'x'.repeat(100)],
])('%j is kept as %j', (given, kept) => {
  expect(fullName(given)).toBe(kept)
})

test.each([
  ['', 'Name too short!'],
  [' a ', 'Name too short!'],
  ['x'.repeat(101), 'Name too long!'],
  ['Ada*', 'Invalid characters in name!'],
  ['Ada @all', 'Invalid characters in name!'],
  ['Ada\u202eevil', 'Invalid characters in name!'],
  ['Ada\nBcc: x', 'Invalid characters in name!'],
  ['Ada\u2028Bcc: x', 'Invalid characters in name!'],
  ['Ada\u2029x', 'Invalid characters in name!'],
  ['Ada|12', 'Invalid format!'],
])('%j is refused: %s', (given, message) => {
  expect(() => fullName(given)).toThrow(message)
})
