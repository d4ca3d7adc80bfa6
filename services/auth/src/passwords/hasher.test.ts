import { hash } from '@node-rs/argon2'
import { Secret, systemIds } from '@parley/core'
import { expect, test } from 'vitest'
import { createHasher } from './hasher.ts'

const hasher = await createHasher({ concurrency: 2, queue: 2 }, systemIds)
const word = new Secret('correct horse battery staple')

test('AU-04 a stored hash names argon2id and its parameters, with a salt of its own', async () => {
  const [one, two] = await Promise.all([hasher.hash(word), hasher.hash(word)])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(one).not.toBe(two)
  expect(await hasher.verify(one, word)).toBe('right')
  expect(await hasher.verify(one, new Secret('correct horse battery staplf'))).toBe('wrong')
})

test('AU-02 the 73rd byte counts', async () => {
  const long = 'x'.repeat(72)
  const stored = await hasher.hash(new Secret(`${long}a`))
  expect(await hasher.verify(stored, new Secret(`${long}b`))).toBe('wrong')
  expect(await hasher.verify(stored, new Secret(long))).toBe('wrong')
})

test('AU-04 a hash of older parameters is right, and told apart', async () => {
  const old = await hash(word.expose(), { memoryCost: 8192, timeCost: 1, parallelism: 1 })
  expect(await hasher.verify(old, word)).toBe('outdated')
  expect(await hasher.verify(old, new Secret('x'))).toBe('wrong')
})

test('AU-01 AU-03 nobody, no password, and more than a kilobyte are wrong', async () => {
  const stored = await hasher.hash(new Secret('y'.repeat(1024)))
  expect(await hasher.verify(null, word)).toBe('wrong')
  expect(await hasher.verify(null, new Secret(''))).toBe('wrong')
  expect(await hasher.verify(stored, new Secret('y'.repeat(1024)))).toBe('right')
  expect(await hasher.verify(stored, new Secret('y'.repeat(1025)))).toBe('wrong')
  expect(await hasher.verify(stored, new Secret('é'.repeat(600)))).toBe('wrong')
})

test('AU-03 more than running and waiting together are refused at once; the others get their turn', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 6 }, () => hasher.verify(null, word)))
  expect(tries.map((t) => t.status).toSorted()).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ])
  const refused = tries.find((t) => t.status === 'rejected')
  expect(refused?.reason).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  expect(await hasher.verify(null, word)).toBe('wrong')
})
