import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { AppError } from '@parley/core'
import { expect, test } from 'vitest'
import { readBody } from './body.ts'
import { noFields } from './fields.ts'
import { appErrorOf } from './refusal.ts'
import { unread } from './unread.ts'

/** As much of a request as reading its body looks at. */
const requestOf = (
  headers: Record<string, string>,
  chunks: readonly string[],
  complete: boolean,
): IncomingMessage =>
  Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), {
    headers,
    complete,
  }) as unknown as IncomingMessage

async function read(headers: Record<string, string>, ...chunks: readonly string[]): Promise<unknown> {
  const fields = noFields()
  await readBody(requestOf(headers, chunks, true), 8, fields)
  return { ...fields }
}
const chunked = { 'transfer-encoding': 'chunked' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('a body without a type is let through where it is empty', async () => {
  expect(await read({})).toEqual({})
  expect(await read(chunked)).toEqual({})
  await expect(read(chunked, 'a=1')).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' })
})

test.each([
  ['of another type', { 'content-type': 'text/plain' }, 'UNSUPPORTED_MEDIA_TYPE'],
  ['compressed', { 'content-encoding': 'gzip' }, 'UNSUPPORTED_MEDIA_TYPE'],
  ['that says it is too long', { 'content-length': '9' }, 'PAYLOAD_TOO_LARGE'],
  ['that is too long', {}, 'PAYLOAD_TOO_LARGE'],
])('a body %s is refused', async (_, headers, code) => {
  await expect(read({ ...chunked, ...headers }, '12345', '6789')).rejects.toMatchObject({ code })
})

test('what is left of a body that was refused is read away, and nothing of it is held', async () => {
  const sent = ['12345', '6789', 'and', 'more', 'of it']
  const request = requestOf({ ...chunked, ...form }, sent, false)
  let held = 0
  const room = {
    grow: (bytes: number) => {
      held += bytes
      if (held > 5) throw new AppError('UNAVAILABLE', 'Try again later')
    },
    [Symbol.dispose]: () => {},
  }
  const read = readBody(request, 100, noFields(), room)
  await expect(read).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(await unread(request)).toBe(true)
  expect(held).toBe(9)
})

test.each([
  [413, 'PAYLOAD_TOO_LARGE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [400, 'BAD_REQUEST'],
  [500, 'INTERNAL'],
])("the framework's own refusal %i is told without its words", (statusCode, code) => {
  const error = appErrorOf(Object.assign(new Error('secret'), { statusCode }))
  expect([error.code, error.message.includes('secret')]).toEqual([code, false])
})
