import { expect, test } from 'vitest'
import { email, emailKey } from './email.ts'

test.each(['ada@example.org', 'Ada.L+x@mail.example.org'])('%s is an address', (given) => {
  expect(email(` ${given} `)).toBe(given)
})

test.each([
  '',
  'ada',
  'ada@',
  '@example.org',
  'a b@example.org',
  'user7@Parley.invalid',
  'аda@example.org',
  `${'a'.repeat(250)}@b.org`,
])('%j is none', (given) => {
  expect(email(given)).toBeNull()
})

test('case and space do not count', () => {
  expect(emailKey(' Ada@Example.ORG ')).toBe('ada@example.org')
})
