import { expect, test } from 'vitest'
import { Admission, allowed } from './admission.ts'

const full = { code: 'UNAVAILABLE', retryable: true, data: { 'retry-after': 1 } }

test('an organisation gets no more than its share, and delays no other', async () => {
  const admission = new Admission(() => 0, 4, 2)
  const held = Promise.withResolvers<string>()
  const first = [1, 2].map(() => admission.take(1, false, () => held.promise))
  await expect(admission.take(1, false, async () => 'no')).rejects.toMatchObject(full)
  expect(() => admission.check(1, false)).toThrow(expect.objectContaining(full) as Error)
  expect(await admission.take(2, false, async () => 'yes')).toBe('yes')
  expect(admission).toMatchObject({ working: 2, refused: 2 })
  held.resolve('done')
  expect(await Promise.all(first)).toEqual(['done', 'done'])
  expect(await admission.take(1, false, async () => 'again')).toBe('again')
  expect(admission.working).toBe(0)
})

test('all together get no more than there is; work that fails gives its place back', async () => {
  const admission = new Admission(() => 0, 2, 2)
  const held = Promise.withResolvers<never>()
  const first = [1, 2].map((org) => admission.take(org, false, () => held.promise))
  await expect(admission.take(3, false, async () => 'no')).rejects.toMatchObject(full)
  held.reject(new Error('broken'))
  expect((await Promise.allSettled(first)).map((one) => one.status)).toEqual(['rejected', 'rejected'])
  expect(await admission.take(3, false, async () => 'yes')).toBe('yes')
  expect(admission.working).toBe(0)
})

test('who is late takes in less, and is back to all of it when it is no longer', async () => {
  expect([0, 100, 125, 200, 4000].map((late) => allowed(512, late))).toEqual([512, 512, 327, 128, 128])
  expect([0, 4000].map((late) => allowed(4, late))).toEqual([4, 4])
  let late = 1000
  const admission = new Admission(() => late, 512, 256)
  const held = Promise.withResolvers<void>()
  const first = Array.from({ length: 64 }, () => admission.take(1, false, () => held.promise))
  await expect(admission.take(1, false, async () => 'no')).rejects.toMatchObject(full)
  first.push(...Array.from({ length: 64 }, () => admission.take(2, false, () => held.promise)))
  await expect(admission.take(3, false, async () => 'no')).rejects.toMatchObject(full)
  late = 0
  expect(await admission.take(1, false, async () => 'yes')).toBe('yes')
  held.resolve()
  await Promise.all(first)
})

test('those who are not signed in get half of the places of an organisation, and leave the rest', async () => {
  const admission = new Admission(() => 0, 8, 4)
  const held = Promise.withResolvers<void>()
  const all = [1, 2].map(() => admission.take(1, true, () => held.promise))
  await expect(admission.take(1, true, async () => 'no')).rejects.toMatchObject(full)
  expect(() => admission.check(1, true)).toThrow(expect.objectContaining(full) as Error)
  expect(await admission.take(1, false, async () => 'yes')).toBe('yes')
  held.resolve()
  await Promise.all(all)
  expect(await admission.take(1, true, async () => 'again')).toBe('again')
})

test('those who are not signed in keep nobody out when there are fewer places than they took', async () => {
  let late = 0
  const admission = new Admission(() => late, 512, 256)
  const held = Promise.withResolvers<string>()
  const strangers = Array.from({ length: 128 }, () => admission.take(1, true, () => held.promise))
  late = 1000
  await expect(admission.take(1, true, async () => 'no')).rejects.toMatchObject(full)
  // Half of the 64 places of one organisation, and no more.
  const first = Array.from({ length: 32 }, () => admission.take(1, false, () => held.promise))
  await expect(admission.take(1, false, async () => 'no')).rejects.toMatchObject(full)
  expect(await admission.take(2, false, async () => 'yes')).toBe('yes')
  held.resolve('done')
  expect(new Set(await Promise.all([...strangers, ...first]))).toEqual(new Set(['done']))
  expect(admission.working).toBe(0)
})
