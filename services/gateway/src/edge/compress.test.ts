import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compressed, takesGzip } from './compress.ts'

const large = { status: 200, headers: { a: 'b' }, body: Buffer.from('[0]'.repeat(30_000)) }

test('a large answer is smaller on the way, and the same', async () => {
  const { status, headers, body } = await compressed(large, { accepts: 'gzip, deflate', door: 'Basic' })
  expect([status, headers]).toEqual([200, { a: 'b', 'content-encoding': 'gzip', vary: 'accept-encoding' }])
  expect(body.length).toBeLessThan(1000)
  expect(gunzipSync(body)).toEqual(large.body)
})

test('who does not take it, or has a cookie, or gets little, gets what there is', async () => {
  const plain = await compressed(large, { accepts: 'br', door: 'Basic' })
  expect([plain.headers, plain.body]).toEqual([{ a: 'b', vary: 'accept-encoding' }, large.body])
  expect(await compressed(large, { accepts: 'gzip', door: 'Session' })).toBe(large)
  const small = { ...large, body: '{}' }
  expect(await compressed(small, { accepts: 'gzip', door: 'Basic' })).toBe(small)
})

test.each([
  ['gzip', true],
  ['deflate, GZIP;q=0.5', true],
  ['br, x-gzip ;q=1', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000, br', false],
  ['gzip;q=0.001', true],
  ['gzipped', false],
  ['', false],
  [undefined, false],
])('%j takes gzip: %j', (accepts, takes) => {
  expect(takesGzip(accepts)).toBe(takes)
})
