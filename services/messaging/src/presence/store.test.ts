import { fixedClock, orgId } from '@parley/core'
import { expect, test } from 'vitest'
import { PresenceStore } from './store.ts'

test('F21 where Redis did not answer it is let be for a second', async () => {
  const clock = fixedClock(1_800_000_000_000)
  const problems: unknown[] = []
  let asked = 0
  const run = (): Promise<never> => Promise.reject(new Error(`away ${++asked}`))
  const store = new PresenceStore({ run }, clock, (error) => problems.push(error))
  for (let i = 0; i < 3; i++) expect(await store.of(orgId(1), 1)).toBeNull()
  await store.note(orgId(1), 1, true)
  expect(asked).toBe(1)
  clock.advance(1000)
  expect(await store.after(orgId(1), -1)).toEqual({ last: -1, seen: new Map() })
  expect(problems).toEqual([new Error('away 1'), new Error('away 2')])
})
