import { expect, test } from 'vitest'
import { checkPassword } from './password-strength.ts'

const about = ['Ada Lovelace', 'ada.lovelace@analytical.example', 'Analytical Engines', 'analytical']

test.each([
  '',
  'k7#Qz!p',
  'password',
  'password1',
  'P@ssw0rd',
  '12345678',
  'qwertyuiop',
  'aaaaaaaaaaaa',
  'abcdefgh',
  'Lovelace1',
  'adalovelace',
  'analytical!',
])('AU-02 %j is too weak for Ada', (password) => {
  expect(() => checkPassword(password, about)).toThrow('The password is too weak.')
})

test.each([
  'k7#Qz!pW',
  'correct horse battery staple',
  'Übergrößenträger-9',
  'x9'.repeat(10) + 'Trq!mZ',
  'the tide clock under the harbour bell rings nine times '.repeat(4),
])('AU-02 %j is accepted', (password) => {
  expect(() => checkPassword(password, about)).not.toThrow()
})

test('AU-02 what is too long is refused, not cut', () => {
  expect(() => checkPassword('aB3$xY7!'.repeat(40), about)).toThrow('too long')
})
