import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Held, Room } from './room.ts'

const fits = (held: Held, bytes: number): boolean => {
  try {
    held.grow(bytes)
    return true
  } catch {
    return false
  }
}

test('one organisation leaves room for others, and what was held comes back', () => {
  const room = new Room(10, 6)
  const [a, b] = [room.open(1), room.open(1)]
  expect([fits(a, 4), fits(b, 3), fits(b, 2)]).toEqual([true, false, true])
  const other = room.open(2)
  expect([fits(other, 5), fits(other, 4)]).toEqual([false, true])
  a[Symbol.dispose]()
  a[Symbol.dispose]()
  expect([fits(other, 3), fits(other, 2), fits(b, 4), fits(b, 2)]).toEqual([false, true, false, true])
})

test('however it is used, no more is held than there is', () => {
  const step = fc.record({ org: fc.integer({ min: 1, max: 3 }), bytes: fc.integer({ min: 1, max: 9 }) })
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 40 }), (steps) => {
      const room = new Room(20, 8)
      const open: { held: Held; org: number; bytes: number }[] = []
      for (const [{ org, bytes }, ends] of steps) {
        const held = room.open(org)
        const sum = (of: readonly { bytes: number }[]) => of.reduce((n, one) => n + one.bytes, 0)
        const free = sum(open) + bytes <= 20 && sum(open.filter((one) => one.org === org)) + bytes <= 8
        expect(fits(held, bytes)).toBe(free)
        if (free) open.push({ held, org, bytes })
        if (ends) open.shift()?.held[Symbol.dispose]()
      }
    }),
  )
})
