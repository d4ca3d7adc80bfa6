import { orgId, seq } from '@parley/core'
import { expect, test } from 'vitest'
import { Passed } from './passed.ts'

const org = orgId(1)
const run = (from: number, to: number, ...types: string[]) => ({ from: seq(from), to: seq(to), types })

function after(place: number): Passed {
  const passed = new Passed(['audited'])
  passed.applied(org, seq(place))
  return passed
}

test('a run that follows and concerns nobody is passed over', () => {
  const passed = after(3)
  expect(passed.passes(org, run(4, 6, 'other'))).toBe(true)
  expect(passed.of(org)).toBe(6)
})

test('a run that concerns is not', () => {
  const passed = after(3)
  expect(passed.passes(org, run(4, 6, 'other', 'audited'))).toBe(false)
  expect(passed.of(org)).toBe(3)
})

test('nor is one behind a gap', () => {
  const passed = after(3)
  expect(passed.passes(org, run(5, 6, 'other'))).toBe(false)
  expect(passed.of(org)).toBe(3)
})

test('nor is the first of an organisation of which nothing is known', () => {
  expect(after(3).passes(orgId(2), run(1, 1, 'other'))).toBe(false)
})

test('what is done with already is passed over whatever it holds, and moves nothing back', () => {
  const passed = after(6)
  expect(passed.passes(org, run(2, 5, 'audited'))).toBe(true)
  passed.applied(org, seq(4))
  expect(passed.of(org)).toBe(6)
})
