import { expect, test } from 'vitest'
import { Places } from './places.ts'

/** Takes places until the returned function is called; tells which of those who came got one. */
async function come(places: Places, ...who: readonly (readonly [org: number, user: number])[]) {
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  const taken: boolean[] = []
  const all = who.map(async ([org, user], i) => {
    taken[i] = true
    await places
      .take({ org, user }, () => over)
      .catch(() => {
        taken[i] = false
      })
  })
  await Promise.race([Promise.all(all), new Promise((later) => setImmediate(later))])
  return {
    taken,
    end: () => {
      end()
      return Promise.all(all)
    },
  }
}
const people = (org: number, n: number) => Array.from({ length: n }, (_, i) => [org, i] as const)
const got = (taken: readonly boolean[]) => taken.filter(Boolean).length

test('one person has three places, one organisation six', async () => {
  const places = new Places(17, 6, 3)
  const alone = await come(places, [1, 1], [1, 1], [1, 1], [1, 1], [1, 2], [1, 3])
  expect(alone.taken).toEqual([true, true, true, false, true, true])
  const rest = await come(places, ...people(1, 5))
  expect(got(rest.taken)).toBe(1)
  await alone.end()
  await rest.end()
  expect(got((await come(places, ...people(1, 9))).taken)).toBe(6)
})

test('however many organisations bring as much as they may, those that come after them find a place', async () => {
  const places = new Places(17, 6, 3)
  const shares: number[] = []
  for (let org = 1; org <= 4; org++) shares.push(got((await come(places, ...people(org, 9))).taken))
  expect(shares).toEqual([6, 4, 3, 2])
  expect((await come(places, [9, 1])).taken).toEqual([true])
})
