import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { identiconAt } from './identicon.ts'

const seeds = Array.from({ length: 40 }, (_, n) =>
  createHash('sha256').update(`seed ${n}`).digest('hex').slice(0, 32),
)
const at = (seed: string, folder = '') => identiconAt(`avatars/of-ids/${folder}${seed}.png`)

test('every seed makes a picture of two colours at most, whose halves mirror each other, the same each time', async () => {
  for (const seed of ['0'.repeat(32), 'f'.repeat(32), ...seeds]) {
    const bytes = at(seed)?.bytes ?? Buffer.alloc(0)
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height, info.channels]).toEqual([100, 100, 3])
    const colours = new Set(Array.from({ length: 10_000 }, (_, i) => data.toString('hex', i * 3, i * 3 + 3)))
    expect(colours.size).toBeLessThanOrEqual(2)
    const mirrored = await sharp(bytes).removeAlpha().flop().raw().toBuffer()
    expect(mirrored.equals(data)).toBe(true)
    expect(at(seed)?.bytes.equals(bytes)).toBe(true)
  }
})

test('different seeds make different pictures, small enough to be made each time', () => {
  const made = seeds.map((seed) => at(seed, 'medium/')?.bytes ?? Buffer.alloc(0))
  expect(new Set(made.map((bytes) => bytes.toString('base64'))).size).toBe(seeds.length)
  expect(Math.max(...made.map(({ length }) => length))).toBeLessThan(2048)
})

test.each([
  'avatars/of-ids/x.png',
  `avatars/of-ids/${'0'.repeat(31)}.png`,
  `avatars/of-ids/${'0'.repeat(32)}.webp`,
  `avatars/${'0'.repeat(32)}.png`,
  `avatars/of-ids/large/${'0'.repeat(32)}.png`,
])('%s is none', (path) => {
  expect(identiconAt(path)).toBeNull()
})
