import type { Actor } from '@parley/access'
import { userId } from '@parley/core'
import { readActor } from '@parley/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSearches, type Searches } from '../src/searches.ts'
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

const actorOf = async (org: World['org'], user: number): Promise<Actor> => {
  const { actor } = await at.ctx.database.read(org, (tx) => readActor(tx, userId(user)))
  if (!actor) throw new Error('no such account')
  return actor
}

const search = [{ kind: 'sender' }, { kind: 'search' }]

const busy = { code: 'UNAVAILABLE', msg: 'Too many searches at once', 'retry-after': 1 }

/** Runs what does not end before it is told to. */
function holding(searches: Searches) {
  const hold = Promise.withResolvers<string>()
  const run = (actor: Actor, terms = search, begun = () => {}): Promise<unknown> =>
    outcome(
      at.ctx.database.read(actor.orgId, (tx) =>
        searches.run(tx, actor, terms, () => {
          begun()
          return hold.promise
        }),
      ),
    )
  /** Resolves, once it runs, with what it will answer. */
  const running = async (actor: Actor, terms = search): Promise<{ readonly answer: Promise<unknown> }> => {
    const begun = Promise.withResolvers<void>()
    const answer = run(actor, terms, begun.resolve)
    await begun.promise
    return { answer }
  }
  return { run, running, end: () => hold.resolve('done') }
}

test('few run at once, of one organisation and of all; others are refused until one has ended', async () => {
  const searches = createSearches({ perPerson: 9, perOrganisation: 1, perProcess: 2 })
  const { run, running, end } = holding(searches)
  const [other, third] = [await world(here.test, 'other'), await world(here.test, 'third')]
  const [ann, bob] = [await actorOf(here.org, await here.user()), await actorOf(here.org, await here.user())]
  const [cid, dan] = [
    await actorOf(other.org, await other.user()),
    await actorOf(third.org, await third.user()),
  ]
  const one = await running(ann)
  expect(await run(bob)).toEqual(busy)
  const two = await running(cid)
  expect(await run(dan)).toEqual(busy)
  const plain = await running(ann, [{ kind: 'sender' }])
  end()
  expect(await Promise.all([one.answer, two.answer, plain.answer])).toEqual(['done', 'done', 'done'])
  expect(await run(ann)).toBe('done')
})

test('one person, with their bots, leaves some to the others', async () => {
  const { run, running, end } = holding(createSearches())
  const ann = await here.user()
  const person = await actorOf(here.org, ann)
  const bot = await actorOf(here.org, await here.user({ botOwner: ann }))
  const bob = await actorOf(here.org, await here.user())
  const both = [await running(person), await running(bot)]
  expect([await run(person), await run(bot)]).toEqual([busy, busy])
  const other = await running(bob)
  end()
  expect(await Promise.all([...both, other].map(({ answer }) => answer))).toEqual(['done', 'done', 'done'])
  expect(await run(bot)).toBe('done')
})

test('a statement that takes too long ends the search with a time to try again, and nothing else is bounded', async () => {
  const { database } = at.ctx
  const ann = await actorOf(here.org, await here.user())
  const slowly = createSearches({ statementMs: 20 })
  const sleep = 'SELECT pg_sleep(30)'
  expect(
    await outcome(database.read(here.org, (tx) => slowly.run(tx, ann, search, () => tx.execute(sleep)))),
  ).toMatchObject({ code: 'UNAVAILABLE', msg: 'The search took too long: narrow it down', 'retry-after': 5 })
  // One that failed counts no more, and what follows a search in its transaction may take its time.
  const waits = 'SELECT pg_sleep(0.1)'
  await database.read(here.org, async (tx) => {
    await slowly.run(tx, ann, search, async () => {})
    await tx.execute(waits)
    await slowly.run(tx, ann, [], () => tx.execute(waits))
  })
  await expect(
    database.read(here.org, (tx) => slowly.run(tx, ann, search, () => tx.execute('SELECT 1 / 0'))),
  ).rejects.toThrow('division by zero')
})
