import { gunzipSync } from 'node:zlib'
import { Pool, Turns } from '@parley/kit'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { compressed, compressing, takesGzip } from './compress.ts'
import { Pieces } from './pieces.ts'

const large = { status: 200, headers: { a: 'b' }, body: Buffer.from('[0]'.repeat(30_000)) }
const vary = 'Authorization, Cookie, Host, Accept-Encoding'

test('a large answer is smaller on the way, and the same', async () => {
  const asked = { 'accept-encoding': 'gzip, deflate' }
  const { status, headers, body } = await compressed(large, asked, compressing())
  expect([status, headers]).toEqual([200, { a: 'b', 'content-encoding': 'gzip', vary }])
  expect(body.length).toBeLessThan(1000)
  expect(gunzipSync(z.instanceof(Buffer).parse(body))).toEqual(large.body)
})

test('of pieces too, which are released when it is done', async () => {
  const pool = new Pool(10_000_000)
  const room = pool.take(6_000_000)
  room.bytes.fill('room')
  const pieces = [Buffer.from('a'), room.bytes, Buffer.from('z')]
  const whole = Buffer.concat(pieces)
  const made = compressed(
    { ...large, body: new Pieces(pieces, [room]) },
    { 'accept-encoding': 'gzip' },
    compressing(),
  )
  expect(pool.idleBytes).toBe(0)
  const { body } = await made
  expect(pool.idleBytes).toBeGreaterThan(0)
  expect(gunzipSync(z.instanceof(Buffer).parse(body)).equals(whole)).toBe(true)
})

test.each([
  [{ 'accept-encoding': 'br' }],
  [{ 'accept-encoding': 'gzip', cookie: 'x=y' }],
  [{ 'accept-encoding': 'gzip', origin: 'https://x.example' }],
  [{ 'accept-encoding': 'gzip', 'sec-fetch-site': 'cross-site' }],
])('asked for with %j it stays as it is', async (asked) => {
  expect(await compressed(large, asked, compressing())).toEqual({ ...large, headers: { a: 'b', vary } })
})

test('a small one stays as it is', async () => {
  const small = { ...large, body: '{}' }
  expect(await compressed(small, { 'accept-encoding': 'gzip' }, compressing())).toBe(small)
})

test('where too many wait it goes out as it is', async () => {
  const turns = new Turns(1, 0)
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const busy = turns.take(() => promise)
  const { headers, body } = await compressed(large, { 'accept-encoding': 'gzip' }, turns)
  expect([headers, body]).toEqual([{ a: 'b', vary }, large.body])
  resolve(undefined)
  await busy
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
