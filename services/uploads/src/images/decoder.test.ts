import { expect, test } from 'vitest'
import { decoder, rememberedOnce } from './decoder.ts'

test('what could not be loaded is loaded the next time, and then remembered', async () => {
  let tries = 0
  const loaded = rememberedOnce(() => {
    if (++tries === 1) throw new Error('too many open files')
    return tries
  })
  expect(loaded).toThrow('too many open files')
  expect([loaded(), loaded()]).toEqual([2, 2])
})

test('the decoder takes what it is to take alone', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
  await expect(decoder()(svg).metadata()).rejects.toThrow('unsupported')
})
