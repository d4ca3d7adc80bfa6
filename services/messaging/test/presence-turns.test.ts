import { systemIds } from '@parley/core'
import { testDatabase, type TestDatabase } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Instance, type World, world } from './world.ts'

let database: TestDatabase
let here: World
let one: Instance
let ann: number
let bob: number

beforeAll(async () => {
  database = await testDatabase()
  // Redis is shared, so this organisation has a number of its own.
  const first = 3_000_000 + (systemIds.bytes(3).readUIntBE(0, 3) % 1_000_000)
  await database.superuser(`ALTER SEQUENCE auth.org_ids RESTART WITH ${first}`)
  here = await world(database)
  one = await here.instance()
  await one.redis.ready(10_000)
}, 60_000)
afterAll(async () => {
  for (const each of [one, here, database]) await each[Symbol.asyncDispose]()
})
beforeEach(async () => {
  ann = await here.user()
  bob = await here.user()
})

const Body = z.object({ people: z.array(z.object({ user_id: z.int(), status: z.string() })) })
/** Says how somebody is there. @returns the standing of each person that was told of by it */
const says = async (user: number, status: 'active' | 'idle'): Promise<unknown[]> => {
  await one.ask(user, 'update-presence', { status, ping_only: true })
  await one.turned()
  return one.passed
    .splice(0)
    .flatMap(({ body }) => Body.parse(body).people.map((person) => [person.user_id, person.status]))
}
const later = (seconds: number): void => {
  one.clock.advance(seconds * 1000)
}
const hides = (user: number) =>
  database.superuser('INSERT INTO auth.user_settings (org_id, user_id, settings) VALUES ($1, $2, $3)', [
    here.org,
    user,
    JSON.stringify({ presence_enabled: false }),
  ])

test('who comes, goes idle or becomes active again is told of at once; who was so already is not', async () => {
  expect(await says(ann, 'idle')).toEqual([[ann, 'idle']])
  expect(await says(ann, 'active')).toEqual([[ann, 'active']])
  for (const status of ['active', 'idle'] as const) {
    later(60)
    expect(await says(ann, status)).toEqual([])
  }
  later(60)
  expect(await says(ann, 'idle')).toEqual([[ann, 'idle']])
  // Clients show somebody for so long.
  later(200)
  expect(await says(ann, 'idle')).toEqual([])
  later(201)
  expect(await says(ann, 'idle')).toEqual([[ann, 'idle']])
})

test('who does not show it is not told of', async () => {
  await hides(bob)
  expect(await says(bob, 'active')).toEqual([])
})

test('among more than a hundred people nobody is told', async () => {
  const all = await database.superuser('SELECT user_id FROM auth.users WHERE is_active AND NOT is_bot')
  for (let i = all.length; i < 100; i++) await here.user()
  await here.user({ botOwner: ann })
  expect(await says(ann, 'active')).toEqual([[ann, 'active']])
  await here.user()
  expect(await says(bob, 'active')).toEqual([])
})
