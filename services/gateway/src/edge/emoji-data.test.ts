import { gunzipSync } from 'node:zlib'
import { emojiNames } from '@parley/markdown/emoji'
import { expect, test } from 'vitest'
import { emojiData } from './emoji-data.ts'

test('names of Unicode emoji are there by code, the shown one first', () => {
  const { status, headers, bytes } = emojiData({})
  expect(status).toBe(200)
  expect(headers).toMatchObject({ 'content-type': 'application/json', vary: 'Accept-Encoding' })
  const names = Object.fromEntries(['1f44d', '1f389'].map((code) => [code, emojiNames.get(code)]))
  expect(Object.values(names).map((all) => all?.[0])).toEqual(['+1', 'tada'])
  expect(JSON.parse(bytes.toString())).toMatchObject({ code_to_names: names })
})

test('whoever takes it compressed gets the same', () => {
  const { headers, bytes } = emojiData({ 'accept-encoding': 'br, gzip' })
  expect(headers).toHaveProperty('content-encoding', 'gzip')
  expect(gunzipSync(bytes)).toEqual(emojiData({}).bytes)
})

test('whoever has it does not load it again', () => {
  const { headers } = emojiData({})
  const again = emojiData({ 'if-none-match': `"other", ${headers['etag'] ?? ''}` })
  expect(again).toMatchObject({ status: 304, bytes: Buffer.alloc(0) })
  for (const tag of ['*', (headers['etag'] ?? '').replace('W/', '')])
    expect(emojiData({ 'if-none-match': tag }).status).toBe(304)
  expect(emojiData({ 'if-none-match': '"other"' }).status).toBe(200)
})
