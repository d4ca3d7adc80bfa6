import { expect, test } from 'vitest'
import { largeOf, Pieces } from './pieces.ts'

test('a body is large by its bytes, whatever it is made of', () => {
  const pieces = new Pieces([Buffer.from('x')], [])
  expect(largeOf(pieces)).toBe(pieces)
  for (const body of ['x'.repeat(65_536), 'é'.repeat(32_768), '€'.repeat(21_846), Buffer.alloc(65_536)])
    expect(Buffer.concat(largeOf(body)?.all ?? [])).toEqual(Buffer.from(body))
  for (const body of ['x'.repeat(65_535), 'é'.repeat(32_767), '€'.repeat(21_845), Buffer.alloc(65_535), ''])
    expect(largeOf(body)).toBeNull()
})
