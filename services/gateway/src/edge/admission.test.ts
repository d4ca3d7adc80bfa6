import { expect, test } from 'vitest'
import { Admission } from './admission.ts'

const full = { code: 'UNAVAILABLE', retryable: true, data: { 'retry-after': 1 } }

test('an organisation gets no more than its share, and delays no other', async () => {
  const admission = new Admission(4, 2)
  const held = Promise.withResolvers<string>()
  const first = [1, 2].map(() => admission.take(1, () => held.promise))
  await expect(admission.take(1, async () => 'no')).rejects.toMatchObject(full)
  expect(() => admission.check(1)).toThrow(expect.objectContaining(full) as Error)
  expect(await admission.take(2, async () => 'yes')).toBe('yes')
  expect(admission).toMatchObject({ working: 2, refused: 2 })
  held.resolve('done')
  expect(await Promise.all(first)).toEqual(['done', 'done'])
  expect(await admission.take(1, async () => 'again')).toBe('again')
  expect(admission.working).toBe(0)
})

test('all together get no more than there is; work that fails gives its place back', async () => {
  const admission = new Admission(2, 2)
  const held = Promise.withResolvers<never>()
  const first = [1, 2].map((org) => admission.take(org, () => held.promise))
  await expect(admission.take(3, async () => 'no')).rejects.toMatchObject(full)
  held.reject(new Error('broken'))
  expect((await Promise.allSettled(first)).map((one) => one.status)).toEqual(['rejected', 'rejected'])
  expect(await admission.take(3, async () => 'yes')).toBe('yes')
  expect(admission.working).toBe(0)
})
