import fc from 'fast-check'
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

test('storms of sign-ins in many organisations leave half of all places too, and no more is worked on than there is', async () => {
  let late = 0
  const admission = new Admission(() => late, 512, 256)
  const held = Promise.withResolvers<void>()
  const work: Promise<void>[] = []
  const took = (org: number, stranger: boolean): number => {
    for (let n = 0; ; n++) {
      const before = admission.refused
      const one = admission.take(org, stranger, () => held.promise).catch(() => {})
      if (admission.refused > before) return n
      work.push(one)
    }
  }
  expect([1, 2, 3, 4].map((org) => took(org, true))).toEqual([128, 128, 0, 0])
  expect([5, 6, 1].map((org) => took(org, false))).toEqual([256, 0, 0])
  expect(admission.working).toBe(512)
  held.resolve()
  await Promise.all(work)
  // Late, they count for half of the places that are left, and are let in no more.
  const again = Promise.withResolvers<void>()
  const strangers = [1, 2].flatMap((org) =>
    Array.from({ length: 128 }, () => admission.take(org, true, () => again.promise)),
  )
  late = 1000
  expect(took(3, true)).toBe(0)
  const people = [3, 4].flatMap((org) =>
    Array.from({ length: 32 }, () => admission.take(org, false, () => again.promise)),
  )
  expect(() => admission.check(5, false)).toThrow(expect.objectContaining(full) as Error)
  expect(admission.working).toBe(256 + 64)
  again.resolve()
  await Promise.all([...strangers, ...people])
})

test('whatever comes and goes, late or not: never more at once than there is, half of them strangers at most', async () => {
  const step = fc.record({
    org: fc.integer({ min: 1, max: 4 }),
    stranger: fc.boolean(),
    late: fc.constantFrom(0, 110, 150, 1000),
    ends: fc.boolean(),
  })
  const story = fc.asyncProperty(fc.array(step, { minLength: 300, maxLength: 1000 }), async (steps) => {
    let late = 0
    const admission = new Admission(() => late, 160, 80)
    const working: { readonly stranger: boolean; end(): void; readonly ended: Promise<void> }[] = []
    for (const { org, stranger, late: now, ends } of steps) {
      late = now
      const first = ends ? working.shift() : undefined
      first?.end()
      await first?.ended
      const held = Promise.withResolvers<void>()
      const before = admission.refused
      const ended = admission.take(org, stranger, () => held.promise).catch(() => {})
      if (admission.refused === before) working.push({ stranger, end: held.resolve, ended })
      expect(admission.working).toBe(working.length)
      expect(working.length).toBeLessThanOrEqual(160)
      expect(working.filter((one) => one.stranger).length).toBeLessThanOrEqual(80)
    }
    for (const one of working) one.end()
    await Promise.all(working.map((one) => one.ended))
    expect(admission.working).toBe(0)
  })
  await fc.assert(story, { numRuns: 30 })
})
