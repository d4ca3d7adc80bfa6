import { fixedClock } from '@parley/core'
import { type PassingDeclaration, passing } from '@parley/events'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Lately } from './lately.ts'

const nod: PassingDeclaration<string> = {
  type: 'nod',
  audience: 'organisation',
  body: z.string(),
  variant: () => '',
  shapes: () => [],
}
const numbers = (lately: Lately, org: number, after = 0): number[] =>
  lately.after(org, after).map(({ number }) => number)

test('what passed is kept for ten seconds, by organisation and in order', () => {
  const clock = fixedClock(0)
  const lately = new Lately(clock)
  for (const org of [1, 2, 1]) lately.keep(org, passing(nod, 'x'))
  expect([numbers(lately, 1), numbers(lately, 2), numbers(lately, 1, 1), numbers(lately, 3)]).toEqual([
    [1, 3],
    [2],
    [3],
    [],
  ])
  clock.advance(9_000)
  lately.keep(1, passing(nod, 'x'))
  clock.advance(1_000)
  expect([numbers(lately, 1), numbers(lately, 2), lately.last]).toEqual([[4], [], 4])
  clock.advance(9_000)
  lately.forget()
  expect(lately.bytes).toBe(0)
})

test('of one organisation and of all together only so much is kept, the newest of each', () => {
  const lately = new Lately(fixedClock(0), { ofOne: 4_000, ofAll: 8_000 })
  const text = 'x'.repeat(90)
  for (let i = 0; i < 20; i++) lately.keep(1, passing(nod, text))
  expect(numbers(lately, 1)).toEqual([18, 19, 20])
  for (let org = 2; org < 40; org++) lately.keep(org, passing(nod, text))
  expect([numbers(lately, 1), numbers(lately, 39), lately.bytes < 8_000]).toEqual([[], [58], true])
})
