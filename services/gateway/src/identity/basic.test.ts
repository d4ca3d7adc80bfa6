import { expect, test } from 'vitest'
import { basicCredential } from './basic.ts'

const key = 'abcdefghijklmnopqrstuvwxyz012345'
const header = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

test('e-mail and key, white space around them does not count', () => {
  expect(basicCredential(header(` ada@x.test : ${key} `))).toEqual({
    scheme: 'basic',
    email: 'ada@x.test',
    apiKey: key,
  })
  expect(basicCredential(header(`a:${key}`).replace('Basic', 'basic'))).toMatchObject({ email: 'a' })
})

test.each([
  [undefined, 'Not logged in'],
  ['', 'Not logged in'],
  ['Bearer x', 'Invalid authorization header'],
  ['Basic !!!', 'Invalid authorization header'],
  [header('no colon'), 'Invalid authorization header'],
  [header('a:short'), 'Malformed API key'],
  [header(`a:${key}x`), 'Malformed API key'],
  [header(`:${key}`), 'Invalid API key'],
  [header(`a\0:${key}`), 'Invalid API key'],
  [`Basic ${Buffer.from([0xff, 0x3a, ...Buffer.from(key)]).toString('base64')}`, 'Invalid API key'],
])('%s is refused', (given, message) => {
  expect(() => basicCredential(given)).toThrow(expect.objectContaining({ code: 'UNAUTHORIZED' }))
  expect(() => basicCredential(given)).toThrow(message)
})
