import { size, testDatabase, type TestDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { world } from './world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

const Pair = z.object({ alone: z.boolean(), among: z.boolean() })
const runs = size(8, 100)
const people = fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1, maxLength: 4 })

test('[AC-09] who is asked about alone has been met exactly if they are among all who have been', async () => {
  const auth = await database.as('auth')
  let organisations = 0
  const found = new Set<boolean>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ inside: people, leaving: people, archived: fc.boolean() }), {
        minLength: 2,
        maxLength: 4,
      }),
      fc.array(fc.record({ among: people, deleted: fc.boolean() }), { minLength: 2, maxLength: 4 }),
      async (channels, conversations) => {
        const place = await world(database, `met-${++organisations}`)
        await using at = await place.instance()
        const users: number[] = []
        for (let i = 0; i < 7; i++) users.push(await place.user())
        const named = (places: readonly number[]) => places.map((i) => users[i] ?? 0)
        for (const { inside, leaving, archived } of channels) {
          const channel = await place.channel()
          await place.subscribe(channel, ...named(inside))
          await place.unsubscribe(channel, ...named(leaving))
          if (archived) await place.archive(channel)
        }
        for (const { among, deleted } of conversations) {
          const to = named(among)
          await at.ask(to[0] ?? 0, 'send-message', { type: 'direct', to, content: 'x' })
          if (deleted)
            await database.superuser('DELETE FROM messaging.messages WHERE org_id = $1', [place.org])
        }
        const pairs = await auth.read(place.org, (tx) =>
          tx.query(
            Pair,
            `SELECT messaging.v1_has_met($1, u, o) AS alone, o IN (SELECT messaging.v1_met($1, u)) AS among
               FROM unnest($2::integer[]) AS u CROSS JOIN unnest($2::integer[] || 1999999999) AS o`,
            [place.org, users],
          ),
        )
        expect(pairs).toHaveLength(56)
        for (const { alone, among } of pairs) {
          expect(alone).toBe(among)
          found.add(among)
        }
      },
    ),
    { numRuns: runs },
  )
  expect(found).toEqual(new Set([true, false]))
})
