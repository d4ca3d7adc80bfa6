import { Secret, systemIds } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseKey, seal, unseal } from './envelope.ts'

const bytes = (n: number) => fc.uint8Array({ minLength: n, maxLength: n })
const key = bytes(32).map((raw) => new Secret(raw))

test('what was sealed opens with its key, at its place', () => {
  fc.assert(
    fc.property(key, fc.uint8Array({ maxLength: 300 }), fc.string(), bytes(12), (k, plain, about, nonce) => {
      const sealed = seal(k, plain, about, nonce)
      expect(unseal(k, sealed, about)).toEqual(Buffer.from(plain))
      expect(sealed).toHaveLength(plain.length + 29)
    }),
  )
})

test('another key, another place, or one bit of another value opens nothing', () => {
  fc.assert(
    fc.property(key, key, fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), (k, other, plain, at) => {
      fc.pre(!Buffer.from(k.expose()).equals(other.expose()))
      const sealed = seal(k, plain, 'here', systemIds.bytes(12))
      const bent = Buffer.from(sealed)
      const byte = at % bent.length
      bent[byte] = (bent[byte] ?? 0) ^ (1 << (at % 8))
      for (const open of [
        () => unseal(other, sealed, 'here'),
        () => unseal(k, sealed, 'there'),
        () => unseal(k, bent, 'here'),
        () => unseal(k, sealed.subarray(0, sealed.length - 1), 'here'),
      ])
        expect(open).toThrow('Internal server error')
    }),
  )
})

test('what is no sealed data is refused as it is', () => {
  const k = new Secret<Uint8Array>(systemIds.bytes(32))
  expect(() => unseal(k, Buffer.alloc(0), '')).toThrow('Internal server error')
  expect(() => seal(k, Buffer.of(1), '', Buffer.alloc(11))).toThrow(TypeError)
})

test('a key is 32 bytes in Base64, and prints as nothing', () => {
  const raw = systemIds.bytes(32)
  const parsed = parseKey(raw.toString('base64'))
  expect(parsed?.expose()).toEqual(raw)
  expect(JSON.stringify({ parsed })).toBe('{"parsed":"[redacted]"}')
  for (const wrong of ['', 'x', systemIds.bytes(31).toString('base64'), `${raw.toString('base64')} `])
    expect(parseKey(wrong)).toBeUndefined()
})
