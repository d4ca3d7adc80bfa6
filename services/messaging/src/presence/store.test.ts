import { fixedClock, orgId } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PresenceStore } from './store.ts'

test('TE-04 every key is of one organisation', async () => {
  const asked: (readonly string[])[] = []
  const run = (_: string, keys: readonly string[]): Promise<unknown> => {
    asked.push(keys)
    return Promise.resolve('0 0 0 0')
  }
  const store = new PresenceStore({ run }, fixedClock(1_800_000_000_000), () => undefined)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1 }), async (org, user) => {
      asked.length = 0
      await store.note(orgId(org), user, true)
      await store.of(orgId(org), user)
      await store.after(orgId(org), -1)
      const keys = [`messaging:presence:{${org}}:seen`, `messaging:presence:{${org}}:order`]
      expect(asked).toEqual(asked.map(() => keys))
      expect(asked.length).toBeGreaterThan(1)
    }),
  )
})

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
