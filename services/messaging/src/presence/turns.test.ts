import { fixedClock, orgId } from '@parley/core'
import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

const person = (user: number, there = 1) => ({
  user_id: user,
  email: `u${user}@x.org`,
  active: 0,
  there,
  status: 'idle' as const,
  timestamp: there,
})

test('those of a moment are told of together, by organisation, each as they are at last', async () => {
  const told: unknown[] = []
  const moments: (() => void)[] = []
  const turns = createTurns(
    (org, events) => told.push([org, events.map(({ body }) => body)]),
    fixedClock(5000),
    () => new Promise((done) => moments.push(done)),
  )
  const pass = async (): Promise<void> => {
    for (const done of moments.splice(0)) done()
    await Promise.resolve()
  }
  turns.tell(orgId(1), person(7))
  turns.tell(orgId(2), person(9))
  turns.tell(orgId(1), person(8))
  turns.tell(orgId(1), person(7, 2))
  expect(moments).toHaveLength(2)
  await pass()
  expect(told.splice(0)).toEqual([
    [orgId(1), [{ server_timestamp: 5, people: [person(7, 2), person(8)] }]],
    [orgId(2), [{ server_timestamp: 5, people: [person(9)] }]],
  ])
  turns.tell(orgId(1), person(7, 3))
  turns[Symbol.dispose]()
  await pass()
  expect(told).toEqual([])
})
