import { crc32, deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bounded } from './bounded.ts'

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([number(data.length), body, number(crc32(body))])
}
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const header = chunk('IHDR', Buffer.concat([number(1), number(1), Buffer.from([8, 0, 0, 0, 0])]))
const pixels = chunk('IDAT', deflateSync(Buffer.from([0, 7])))
const end = chunk('IEND', Buffer.alloc(0))
const png = (...parts: readonly Buffer[]): Buffer => Buffer.concat([signature, header, ...parts])

/** A text that unpacks to eight megabytes, of which a decoder would read hundreds with the header. */
const bomb = chunk('zTXt', Buffer.concat([Buffer.from('k\0\0'), deflateSync(Buffer.alloc(8_000_000))]))

test('of a PNG no decoder sees more than what makes its pixels', () => {
  const many = Array.from({ length: 100 }, () => bomb)
  const exif = chunk('eXIf', Buffer.from('where it was'))
  expect(bounded(png(...many, exif, pixels, end, Buffer.from('more')), 500)).toEqual(png(pixels, end))
})

test.each([
  ['without an end', png(pixels)],
  ['that ends within a chunk', png(pixels, end).subarray(0, -6)],
  ['whose length goes beyond it', Buffer.concat([signature, number(0xffff_ffff), Buffer.from('IDATxxxx')])],
  ['of too few bytes for a chunk', Buffer.concat([signature, Buffer.from('abc')])],
])('a PNG %s is none', (_, bytes) => {
  expect(bounded(bytes, 500)).toBeNull()
})

/** As many pictures as are asked for, with nothing in them. */
const webp = (pictures: number): Buffer => {
  const one = Buffer.from('ANMF\u0003\0\0\0abc\0', 'latin1')
  const chunks = Buffer.concat(Array.from({ length: pictures }, () => one))
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), chunks])
}

test('a WebP of more pictures than may be is not looked at', () => {
  expect(bounded(webp(500), 500)).toEqual(webp(500))
  expect(bounded(webp(501), 500)).toBeNull()
  expect(bounded(webp(100_000), 500)).toBeNull()
})

test('other forms are as they are', () => {
  const gif = Buffer.from('GIF89a and more')
  expect(bounded(gif, 500)).toEqual(gif)
})
