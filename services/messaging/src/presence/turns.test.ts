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

const everybody = async (_: unknown, users: readonly number[]): Promise<ReadonlySet<number>> => new Set(users)
const turned = (): Promise<void> => new Promise(setImmediate)

test('who hides it within the moment is told of no more, and a fault tells of nobody', async () => {
  const told: unknown[] = []
  const problems: unknown[] = []
  const shown = [new Set([8]), new Set<number>()]
  const turns = createTurns(
    (_, events) => told.push(events.map(({ body }) => body)),
    fixedClock(5000),
    () => Promise.resolve(),
    () => {
      const now = shown.shift()
      return now ? Promise.resolve(now) : Promise.reject(new Error('the database is away'))
    },
    (error) => problems.push(error),
  )
  turns.tell(orgId(1), person(7))
  turns.tell(orgId(1), person(8))
  await turned()
  expect(told.splice(0)).toEqual([[{ server_timestamp: 5, people: [person(8)] }]])
  turns.tell(orgId(1), person(7))
  await turned()
  turns.tell(orgId(1), person(8))
  await turned()
  expect(told).toEqual([])
  expect(problems).toEqual([new Error('the database is away')])
})

test('those of a moment are told of together, by organisation, each as they are at last', async () => {
  const told: unknown[] = []
  const moments: (() => void)[] = []
  const turns = createTurns(
    (org, events) => told.push([org, events.map(({ body }) => body)]),
    fixedClock(5000),
    () => new Promise((done) => moments.push(done)),
    everybody,
    () => {},
  )
  const pass = async (): Promise<void> => {
    for (const done of moments.splice(0)) done()
    await turned()
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
