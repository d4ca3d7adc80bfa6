import { expect, test } from 'vitest'
import { stirring } from './stirring.ts'

test('a transaction is stirred while others work at its snapshot, whatever becomes of it', async () => {
  const stirred = Promise.withResolvers<void>()
  let times = 0
  const tx = {
    execute(sql: string) {
      expect(sql).toBe('SELECT 1')
      if (++times === 2) stirred.resolve()
      return Promise.reject(new Error('gone'))
    },
  }
  expect(await stirring(tx, () => stirred.promise.then(() => 'done'), 1)).toBe('done')
  await expect(stirring(tx, () => Promise.reject(new Error('failed')), 1)).rejects.toThrow('failed')
})
