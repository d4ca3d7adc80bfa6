import { expect, test } from 'vitest'
import { onOneTrip } from './trip.ts'

test('both are answered, and of two failures the first counts, whichever is heard of first', async () => {
  expect(await onOneTrip(Promise.resolve(1), Promise.resolve('a'))).toEqual([1, 'a'])
  const first = Promise.withResolvers<never>()
  const both = onOneTrip(first.promise, Promise.reject(new Error('the transaction is over')))
  await new Promise(setImmediate)
  first.reject(new Error('rights have changed'))
  await expect(both).rejects.toThrow('rights have changed')
  await expect(onOneTrip(Promise.resolve(1), Promise.reject(new Error('late')))).rejects.toThrow('late')
})
