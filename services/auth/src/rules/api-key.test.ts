import { systemIds } from '@parley/core'
import { expect, test } from 'vitest'
import { looksLikeApiKey, newApiKey } from './api-key.ts'

test('a new key has the shape that clients expect, and no two are the same', () => {
  const keys = Array.from({ length: 200 }, () => newApiKey(systemIds))
  expect(keys.every(looksLikeApiKey)).toBe(true)
  expect(new Set(keys).size).toBe(200)
})

test('bytes that would favour some letters are not used', () => {
  const bytes = [255, 248, 0, 61, 62]
  const ids = {
    uuid: () => '',
    bytes: (n: number) => Buffer.from(Array.from({ length: n }, (_, i) => bytes[i] ?? 0)),
  }
  expect(newApiKey(ids).slice(0, 3)).toBe('A9A')
})

test.each([
  '',
  'a'.repeat(31),
  'a'.repeat(33),
  `${'a'.repeat(31)}-`,
  `${'a'.repeat(31)}é`,
  `${'a'.repeat(32)}\n`,
])('%j is no key', (text) => {
  expect(looksLikeApiKey(text)).toBe(false)
})
