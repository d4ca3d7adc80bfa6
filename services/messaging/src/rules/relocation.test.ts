import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idsInRanges, rangesOfIds } from './id-ranges.ts'
import { type Affected, fatesOf } from './relocation.ts'

const ids = [3, 5, 8, 9]
/** Ranges as Postgres writes them. */
const some = fc.subarray(ids).map((list) => `{${list.map((id) => `[${id},${id + 1})`).join(',')}}`)
const kind = fc.constantFrom(
  { inviteOnly: false, historyPublicToSubscribers: true },
  { inviteOnly: true, historyPublicToSubscribers: true },
  { inviteOnly: true, historyPublicToSubscribers: false },
)
const somebody = fc
  .record({
    active: fc.boolean(),
    guest: fc.boolean(),
    inOld: fc.boolean(),
    inNew: fc.boolean(),
    access: fc.boolean(),
    held: some,
    unread: some,
  })
  .map((one) => {
    const held = new Set(idsInRanges(ids, one.held))
    const unread = idsInRanges(ids, one.unread).filter((id) => held.has(id))
    return {
      ...one,
      access: one.access || one.inNew,
      unread: rangesOfIds(unread).replaceAll(/,(\d+)\]/g, (_, n) => `,${Number(n) + 1})`),
    }
  })

test('nobody gets what they may not read there, nobody hears two things of one message, and nothing stays unread that is not theirs', () => {
  fc.assert(
    fc.property(fc.array(somebody, { minLength: 1, maxLength: 6 }), kind, kind, (given, old, now) => {
      const people: Affected[] = given.map((one, user) => ({ ...one, user }))
      const fates = fatesOf(people, ids, { old, new: now })
      expect(fates.flatMap(({ users }) => users).sort((a, b) => a - b)).toEqual(
        people.map(({ user }) => user),
      )
      const isProtected = now.inviteOnly && !now.historyPublicToSubscribers
      for (const fate of fates)
        for (const user of fate.users) {
          const one = people[user]
          const held = new Set(idsInRanges(ids, one?.held ?? ''))
          const told = [...fate.carried, ...fate.lost, ...fate.new]
          expect(new Set(told).size).toBe(told.length)
          const gets = new Set(fate.received)
          const within = (list: readonly number[]): boolean => list.every((id) => gets.has(id))
          expect([within(fate.unread), within(fate.kept), within(fate.foreign)]).toEqual([true, true, true])
          expect(fate.kept.every((id) => held.has(id))).toBe(true)
          expect(!isProtected || fate.received.every((id) => held.has(id))).toBe(true)
          expect(one?.access === true || fate.received.length + fate.new.length === 0).toBe(true)
          expect(one?.active === true || told.length === 0).toBe(true)
          expect([...fate.cleared, ...fate.unread].sort((a, b) => a - b)).toEqual(
            idsInRanges(ids, one?.unread ?? ''),
          )
        }
    }),
  )
})
