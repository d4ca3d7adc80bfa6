import { crc32, deflateSync } from 'node:zlib'
import { avatarSizes, type Picture } from './images.ts'

const known = /^avatars\/of-ids\/(medium\/)?([0-9a-f]{32})\.png$/

/** Is this the path of a picture that is made of an id? */
export const isOfId = (path: string): boolean => known.test(path)

/**
 * The picture at the path of somebody who has none of their own: made of what the path says, of nothing that is kept.
 * Whoever asks for another path gets another pattern, and learns of nobody.
 */
export function identiconAt(path: string): Picture | null {
  const [, medium, seed] = known.exec(path) ?? []
  if (seed === undefined) return null
  const size = medium === undefined ? avatarSizes.small : avatarSizes.medium
  return { mediaType: 'image/png', bytes: identicon(Buffer.from(seed, 'hex'), size) }
}

/** Squares a side, of which the right half mirrors the left; they and the ground around them in hundredths of the picture. */
const squares = 5
const [margin, side] = [10, 16]
const ground = [0xf0, 0xf0, 0xf0]

/** A pattern of squares in one colour, a PNG (W3C PNG) of so many pixels a side, in two colours of a palette. */
function identicon(seed: Buffer, size: number): Buffer {
  const at = (pixel: number): number => Math.floor(((pixel * 100) / size - margin) / side)
  const rows = Array.from({ length: squares + 2 }, (_, row) => patternRow(seed, row - 1, size, at))
  const pixels = Buffer.concat(Array.from({ length: size }, (_, y) => rows[at(y) + 1] ?? Buffer.alloc(0)))
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  // One bit a pixel, by palette.
  head.set([1, 3], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from([...ground, ...colour(seed)])),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** One line of pixels through a row of squares, unfiltered. */
function patternRow(seed: Buffer, row: number, size: number, at: (pixel: number) => number): Buffer {
  const line = Buffer.alloc(1 + Math.ceil(size / 8))
  for (let x = 0; x < size; x++)
    if (filled(seed, row, at(x))) line[1 + (x >> 3)] = (line[1 + (x >> 3)] ?? 0) | (0x80 >> (x & 7))
  return line
}

function filled(seed: Buffer, row: number, column: number): boolean {
  if (Math.min(row, column) < 0 || Math.max(row, column) >= squares) return false
  const place = row * 3 + Math.min(column, squares - 1 - column)
  return (seed.readUInt16BE(0) & (1 << place)) !== 0
}

/** Any hue, as dark as stands out from the ground. */
function colour(seed: Buffer): number[] {
  const hue = (seed.readUInt16BE(2) / 0x1_0000) * 6
  return [0, 4, 2].map((shift) => {
    const part = Math.min(1, Math.max(0, Math.abs(((hue + shift) % 6) - 3) - 1))
    return Math.round(60 + 110 * part)
  })
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const numbers = Buffer.alloc(8)
  numbers.writeUInt32BE(data.length, 0)
  numbers.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)])
}
