import { systemIds } from '@parley/core'
import { testDatabase, type TestDatabase } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let database: TestDatabase
let here: World
let one: Instance
let two: Instance
let ann: number
let bob: number
let bot: number

beforeAll(async () => {
  database = await testDatabase()
  // Redis is shared, so this organisation has a number of its own.
  const first = 1_000_000 + (systemIds.bytes(3).readUIntBE(0, 3) % 1_000_000)
  await database.superuser(`ALTER SEQUENCE auth.org_ids RESTART WITH ${first}`)
  here = await world(database)
  one = await here.instance()
  two = await here.instance()
  await Promise.all([one, two].map(({ redis }) => redis.ready(10_000)))
}, 60_000)
afterAll(async () => {
  for (const each of [one, two, here, database]) await each[Symbol.asyncDispose]()
})
beforeEach(async () => {
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  bot = await here.user({ name: 'Bot', botOwner: ann })
  for (const at of [one, two]) at.clock.advance(20 * 86_400_000)
})

const second = (): number => Math.floor(one.clock.now() / 1000)
const later = (seconds: number): void => {
  for (const at of [one, two]) at.clock.advance(seconds * 1000)
}
const says = (user: number, status: string, fields: Record<string, unknown> = {}, at = one) =>
  outcome(at.ask(user, 'update-presence', { status, ...fields }))
const Told = z.object({ presences: z.record(z.string(), z.unknown()), presence_last_update_id: z.int() })
const told = async (user: number, fields: Record<string, unknown> = {}, at = one) => {
  const answer = await says(user, 'idle', { slim_presence: true, ...fields }, at)
  expect(faultsOf('POST', '/users/me/presence', answer)).toEqual([])
  return Told.parse(answer)
}
const emailOf = (user: number): string => `u${user}@x.org`
const of = (user: number, named: number | string) =>
  outcome(one.ask(user, 'get-user-presence', {}, { path: { user_id_or_email: String(named) } }))
const settings = (user: number, values: Record<string, unknown>) =>
  database.superuser('INSERT INTO auth.user_settings (org_id, user_id, settings) VALUES ($1, $2, $3)', [
    here.org,
    user,
    JSON.stringify(values),
  ])

test('who is there is told to the others, at whatever instance they ask', async () => {
  expect(await says(ann, 'active', { ping_only: true })).toEqual({})
  const at = second()
  const { presences } = await told(bob, {}, two)
  expect(presences).toEqual({
    [ann]: { active_timestamp: at, idle_timestamp: at },
    [bob]: { active_timestamp: 0, idle_timestamp: at },
  })
  later(120)
  await says(ann, 'idle')
  expect((await told(bob)).presences[ann]).toEqual({ active_timestamp: at, idle_timestamp: at + 120 })
})

test('with the number of an earlier answer only what is new comes', async () => {
  await says(ann, 'active', { ping_only: true })
  const before = await told(bob)
  const same = await told(bob, { last_update_id: before.presence_last_update_id, slim_presence: false })
  expect(same).toMatchObject({
    presences: {},
    presence_last_update_id: before.presence_last_update_id,
  })
  // Said again a moment later it is no news; going from idle to active is.
  later(20)
  await says(ann, 'active', { ping_only: true })
  await says(bob, 'active', { ping_only: true })
  const next = await told(ann, { last_update_id: before.presence_last_update_id })
  expect(next.presences).toEqual({ [bob]: { active_timestamp: second(), idle_timestamp: second() } })
  expect(next.presence_last_update_id).toBeGreaterThan(before.presence_last_update_id)
  expect((await told(ann, { last_update_id: -1 })).presences).toHaveProperty(String(ann))
})

test('older clients read it by e-mail', async () => {
  await says(ann, 'active', { ping_only: true })
  const at = second()
  later(60)
  await says(ann, 'idle', { ping_only: true })
  const active = { client: 'website', status: 'active', timestamp: at, pushable: false }
  const answer = await says(bob, 'idle')
  expect(answer).toMatchObject({ presences: { [emailOf(ann)]: { aggregated: active, website: active } } })
  later(60)
  await says(ann, 'idle', { ping_only: true })
  const all = await outcome(one.ask(bob, 'get-presence'))
  expect(faultsOf('GET', '/realm/presence', all)).toEqual([])
  const idle = { ...active, status: 'idle', timestamp: at + 120 }
  expect(all).toMatchObject({
    server_timestamp: one.clock.now() / 1000,
    presences: { [emailOf(ann)]: { aggregated: idle, website: idle } },
  })
  for (const named of [ann, emailOf(ann).toUpperCase()]) {
    const alone = await of(bob, named)
    expect(alone).toEqual({
      presence: Object.fromEntries(
        ['aggregated', 'website'].map((client) => [client, { status: 'idle', timestamp: at + 120 }]),
      ),
    })
    expect(faultsOf('GET', '/users/{user_id_or_email}/presence', alone)).toEqual([])
  }
})

test('what is long ago is not told, nor after fewer days where a client wants it so', async () => {
  await says(ann, 'active', { ping_only: true })
  later(3 * 86_400)
  expect((await told(bob)).presences).toHaveProperty(String(ann))
  expect((await told(bob, { history_limit_days: 2 })).presences).not.toHaveProperty(String(ann))
  later(12 * 86_400)
  expect((await told(bob, { history_limit_days: 365 })).presences).not.toHaveProperty(String(ann))
  expect(await outcome(one.ask(bob, 'get-presence'))).not.toHaveProperty(['presences', emailOf(ann)])
  expect(await of(bob, ann)).toMatchObject({ msg: 'No presence data for this user' })
})

test('register says it as the client reads it', async () => {
  await says(ann, 'active', { ping_only: true })
  const state = await snapshotOf(one, bob, ['presence'])
  expect(state).toMatchObject({
    presences: { [ann]: { active_timestamp: second(), idle_timestamp: second() } },
    server_timestamp: one.clock.now() / 1000,
  })
  const { presence_last_update_id: last } = z.object({ presence_last_update_id: z.int() }).parse(state)
  expect((await told(ann, { last_update_id: last })).presences).toEqual({})
})

test('bots are never there, nor who does not show it, nor who is deactivated', async () => {
  const noBots = { msg: 'This endpoint does not accept bot requests.' }
  expect(await says(bot, 'active')).toMatchObject(noBots)
  expect(await of(ann, bot)).toMatchObject({ msg: 'Presence is not supported for bot users.' })
  await says(ann, 'active', { ping_only: true })
  await settings(ann, { presence_enabled: false })
  await says(ann, 'active', { ping_only: true })
  expect((await told(bob)).presences).not.toHaveProperty(String(ann))
  expect(await of(bob, ann)).toMatchObject({ msg: 'No presence data for this user' })
  // They are still told of the others.
  expect((await told(ann)).presences).toHaveProperty(String(bob))
  await here.deactivate(bob)
  expect((await told(ann)).presences).toEqual({})
  expect(await of(ann, bob)).toMatchObject({ msg: 'No such user' })
})

test('who never was there has no presence; who is not of the organisation is not there', async () => {
  expect(await of(ann, bob)).toMatchObject({ msg: 'No presence data for this user' })
  for (const named of [999_999_999, 'nobody@x.org', 'me', '9'.repeat(40)])
    expect(await of(ann, named)).toMatchObject({ msg: 'No such user' })
  expect(await says(ann, 'gone')).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
})

test('without Redis nobody is there, and clients keep the number that they have', async () => {
  await says(ann, 'active', { ping_only: true })
  const alone = await here.instance()
  alone.redis[Symbol.dispose]()
  const answer = await says(bob, 'active', { slim_presence: true, last_update_id: 7 }, alone)
  expect(answer).toMatchObject({ presences: {}, presence_last_update_id: 7 })
  expect(await says(bob, 'active', {}, alone)).toMatchObject({ presence_last_update_id: -1 })
  expect(await outcome(alone.ask(bob, 'get-presence'))).toMatchObject({ presences: {} })
  expect(
    await outcome(alone.ask(bob, 'get-user-presence', {}, { path: { user_id_or_email: String(ann) } })),
  ).toMatchObject({ msg: 'No presence data for this user' })
  await alone[Symbol.asyncDispose]()
})

test('Redis forgets who was not there for long, and what it lost is not told any longer', async () => {
  const key = `messaging:presence:{${here.org}}:`
  const redis = (script: string) => one.redis.run(script, [`${key}seen`, `${key}order`], [])
  await says(ann, 'active', { ping_only: true })
  later(15 * 86_400)
  await says(bob, 'active', { ping_only: true })
  expect(await redis(`return redis.call('HKEYS', KEYS[1])`)).toEqual([String(bob)])
  expect(await redis(`return redis.call('ZRANGE', KEYS[2], 0, -1)`)).toEqual([String(bob)])
  await redis(`return redis.call('DEL', KEYS[1], KEYS[2])`)
  expect(await outcome(one.ask(ann, 'get-presence'))).toMatchObject({ presences: {} })
  await says(ann, 'active', { ping_only: true })
  expect((await told(bob)).presences).toHaveProperty(String(ann))
})

test('many are read in pieces', async () => {
  const users = await database.superuser(
    `INSERT INTO auth.users (org_id, email, delivery_email, full_name, role, date_joined)
     SELECT $1, n || '@many.example', n || '@many.example', n::text, 400, now() FROM generate_series(1, 1200) n
     RETURNING user_id`,
    [here.org],
  )
  const at = second()
  await two.redis.run(
    `for i = 3, #ARGV do
       redis.call('HSET', KEYS[1], ARGV[i], ARGV[1] .. ' ' .. ARGV[1])
       redis.call('ZADD', KEYS[2], ARGV[2] + i, ARGV[i])
     end
     return 1`,
    ['seen', 'order'].map((key) => `messaging:presence:{${here.org}}:${key}`),
    [at, 2 ** 41, ...users.map((row) => z.int().parse(row['user_id']))],
  )
  const all = await told(ann)
  expect(Object.keys(all.presences).length).toBeGreaterThanOrEqual(1200)
  expect((await told(ann, { last_update_id: all.presence_last_update_id - 100 })).presences).toSatisfy(
    (presences: object) => Object.keys(presences).length === 100,
  )
})

test('an organisation that does not use presence has none', async () => {
  await says(ann, 'active', { ping_only: true })
  await database.superuser(
    `INSERT INTO auth.settings (org_id, settings) VALUES ($1, '{"presence_disabled": true}')`,
    [here.org],
  )
  expect(await told(bob)).toMatchObject({ presences: {}, presence_last_update_id: -1 })
  expect(await outcome(one.ask(bob, 'get-presence'))).toMatchObject({ presences: {} })
  expect(await of(bob, ann)).toMatchObject({ msg: 'No presence data for this user' })
  expect(await snapshotOf(one, bob, ['presence'])).toMatchObject({ presences: {} })
})
