import { expect, test } from 'vitest'
import { prepareAvatar } from '../calls/prepare-avatar.ts'
import { getAvatar, getMediumAvatar } from './avatar.ts'

test('pictures are counted by who asks: a whole office may share an address', () => {
  for (const { limits } of [getAvatar, getMediumAvatar]) expect(limits.map(({ by }) => by)).toEqual(['user'])
})

test('a file that ends the decoder is not given to it once more', () => {
  expect(prepareAvatar.idempotent).toBe(false)
})
