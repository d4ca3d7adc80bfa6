import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSearches } from '../src/searches.ts'
import { type Instance, outcome, type World, world } from './world.ts'

let here: World
let at: Instance
beforeAll(async () => {
  here = await world()
  at = await here.instance()
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const search = [{ kind: 'sender' }, { kind: 'search' }]

test('few run at once, of one organisation and of all; others are refused until one has ended', async () => {
  const other = await world(here.test, 'other')
  const searches = createSearches({ perOrganisation: 1, perProcess: 2 })
  const hold = Promise.withResolvers<string>()
  const { database } = at.ctx
  const run = (org: World['org'], terms = search, begun = () => {}): Promise<unknown> =>
    outcome(
      database.read(org, (tx) =>
        searches.run(tx, terms, () => {
          begun()
          return hold.promise
        }),
      ),
    )
  /** Resolves, once it runs, with what it will answer. */
  const running = async (
    org: World['org'],
    terms = search,
  ): Promise<{ readonly answer: Promise<unknown> }> => {
    const begun = Promise.withResolvers<void>()
    const answer = run(org, terms, begun.resolve)
    await begun.promise
    return { answer }
  }
  const busy = { code: 'UNAVAILABLE', msg: 'Too many searches at once', 'retry-after': 1 }
  const one = await running(here.org)
  expect(await run(here.org)).toEqual(busy)
  const two = await running(other.org)
  const third = await world(here.test, 'third')
  expect(await run(third.org)).toEqual(busy)
  const plain = await running(here.org, [{ kind: 'sender' }])
  hold.resolve('done')
  expect(await Promise.all([one.answer, two.answer, plain.answer])).toEqual(['done', 'done', 'done'])
  expect(await run(here.org)).toBe('done')
})

test('a statement that takes too long ends the search with a time to try again, and nothing else is bounded', async () => {
  const { database } = at.ctx
  const slowly = createSearches({ statementMs: 20 })
  const sleep = 'SELECT pg_sleep(30)'
  expect(
    await outcome(database.read(here.org, (tx) => slowly.run(tx, search, () => tx.execute(sleep)))),
  ).toMatchObject({ code: 'UNAVAILABLE', msg: 'The search took too long: narrow it down', 'retry-after': 5 })
  // One that failed counts no more, and what follows a search in its transaction may take its time.
  const waits = 'SELECT pg_sleep(0.1)'
  await database.read(here.org, async (tx) => {
    await slowly.run(tx, search, async () => {})
    await tx.execute(waits)
    await slowly.run(tx, [], () => tx.execute(waits))
  })
  await expect(
    database.read(here.org, (tx) => slowly.run(tx, search, () => tx.execute('SELECT 1 / 0'))),
  ).rejects.toThrow('division by zero')
})
