import fc from 'fast-check'
import { expect, test } from 'vitest'
import { secretsIn } from './canaries.ts'

const secret = 'canary: "Ä"/+ q7'
const found = (text: string): boolean => secretsIn(text, { secret }).length === 1

test.each([
  ['plain', secret],
  ['in another case', secret.toUpperCase()],
  ['percent-encoded', encodeURIComponent(secret)],
  ['as a form', new URLSearchParams({ a: secret }).toString().replaceAll('%21', '!')],
  ['as JSON', JSON.stringify({ a: secret })],
  ['in hex', Buffer.from(`x${secret}`).toString('hex')],
])('a secret is found %s', (_, text) => {
  expect(found(text)).toBe(true)
})

test('a secret is found in base64, whatever stands before and behind it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.constantFrom('base64', 'base64url'), (before, after, as) => {
      expect(found(Buffer.from(`${before}${secret}${after}`).toString(as as 'base64'))).toBe(true)
    }),
  )
})

test('what is not there is not found', () => {
  expect(found('canary: q7')).toBe(false)
})
