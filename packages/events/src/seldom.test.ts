import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import { seldom } from './seldom.ts'

test('what lasts is told now and then, what is new at once', () => {
  const told: string[] = []
  const clock = fixedClock(0)
  const tell = seldom((what) => told.push(what), clock, 1000)
  for (const what of ['a', 'a', 'b']) tell(what)
  clock.advance(999)
  tell('a')
  clock.advance(1)
  tell('a')
  expect(told).toEqual(['a', 'b', 'a'])
})
