import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { takeTurn } from '@parley/db'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, type Fixture, fixture, type LogEvent, type Person } from './fixture.ts'

const names = ['one', 'two', 'three']

let f: Fixture
let org: OrgId
let owner: Person
let people: Person[]

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  people = []
  for (let i = 0; i < 6; i++) people.push(await f.person(org))
  await f.ok(owner, 'subscribe', { subscriptions: names.map((name) => ({ name })) })
})

const come = (who: Person, ...channels: string[]): Promise<Answer> =>
  f.call(who, 'subscribe', { subscriptions: channels.map((name) => ({ name })) })
const go = (who: Person, ...channels: string[]): Promise<Answer> =>
  f.call(who, 'unsubscribe', { subscriptions: channels })

/** How many transactions wrote the log behind that place. */
async function transactions(after: number): Promise<number> {
  const [row] = await f.database.superuser(
    'SELECT count(DISTINCT xmin::text)::integer AS n FROM events.log WHERE org_id = $1 AND seq > $2',
    [org, after],
  )
  return Number(row?.['n'])
}

/** Keeps everybody else from the organisation's turn meanwhile. */
const holdingTurn = <R>(work: () => Promise<R>): Promise<R> =>
  f.context.database.write(org, async (tx) => {
    await takeTurn(tx)
    return work()
  })

/** The number of subscribers that each event of the log tells, beside what the events before it come to. */
function counts(log: readonly LogEvent[], before: ReadonlyMap<number, ReadonlySet<number>>): unknown[][] {
  const inside = new Map([...before].map(([channel, users]) => [channel, new Set(users)]))
  return log.flatMap(({ type, body }) => {
    const {
      channel_id: channel,
      user_ids: users,
      subscription,
    } = body as {
      channel_id: number
      user_ids: number[]
      subscription?: { subscriber_count: number; subscribers: number[] }
    }
    const own = inside.get(channel)
    for (const user of type === 'membership.granted' ? users : []) own?.add(user)
    for (const user of type === 'membership.ended' ? users : []) own?.delete(user)
    if (!own || !subscription) return []
    const is = [subscription.subscriber_count, subscription.subscribers]
    return [[is, [own.size, [...own].sort((a, b) => a - b)]]]
  })
}

async function members(): Promise<Map<number, Set<number>>> {
  const rows = await f.database.superuser(
    'SELECT channel_id, user_id FROM streams.subscriptions WHERE org_id = $1 AND active ORDER BY 1, 2',
    [org],
  )
  const found = new Map<number, Set<number>>()
  for (const { channel_id: channel, user_id: user } of rows) {
    const own = found.get(Number(channel)) ?? new Set()
    found.set(Number(channel), own.add(Number(user)))
  }
  return found
}

test('many who come into channels and leave them at once do so in a few transactions, each told what became of theirs', async () => {
  const [ada, bob, cal, dan, eve, fay] = people as [Person, Person, Person, Person, Person, Person]
  await come(eve, 'one')
  await come(fay, 'one')
  const before = (await f.log(org)).length
  const answers = await Promise.all([
    come(ada, 'one', 'two'),
    come(bob, 'one'),
    come(cal, 'three'),
    come(dan, 'one'),
    go(eve, 'one'),
    go(fay, 'one', 'two'),
  ])
  expect(answers.map(({ body }) => body)).toEqual([
    expect.objectContaining({ subscribed: { [ada.id]: ['one', 'two'] }, already_subscribed: {} }),
    expect.objectContaining({ subscribed: { [bob.id]: ['one'] }, new_subscription_messages_sent: true }),
    expect.objectContaining({ subscribed: { [cal.id]: ['three'] } }),
    expect.objectContaining({ subscribed: { [dan.id]: ['one'] } }),
    expect.objectContaining({ removed: ['one'], not_removed: [] }),
    expect.objectContaining({ removed: ['one'], not_removed: ['two'] }),
  ])
  expect(await transactions(before)).toBe(1)
})

test('whatever comes and goes at once, each event tells the channel as it was at its place, and the rows are what the log says', async () => {
  const move = fc.record({
    who: fc.nat({ max: 5 }),
    comes: fc.boolean(),
    channels: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 2, maxLength: 12 }), async (moves) => {
      const [before, start] = [await members(), (await f.log(org)).length]
      const answers = await Promise.all(
        moves.map(({ who, comes, channels }) => (comes ? come : go)(people[who] as Person, ...channels)),
      )
      expect(answers.map(({ status }) => status)).toEqual(moves.map(() => 200))
      const log = await f.log(org, start)
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => start + 1 + i))
      for (const [is, should] of counts(log, before)) expect(is).toEqual(should)
      const now = await members()
      for (const { type, body } of log)
        for (const user of body['user_ids'] as number[]) {
          const own = before.get(Number(body['channel_id']))
          if (type === 'membership.granted') own?.add(user)
          if (type === 'membership.ended') own?.delete(user)
        }
      const sorted = (all: Map<number, Set<number>>): unknown =>
        [...all].map(([channel, users]) => [channel, [...users].sort((a, b) => a - b)])
      expect(sorted(now)).toEqual(sorted(before))
    }),
    { numRuns: 12 },
  )
})

test('who may not, or is hidden a channel, is refused alone, as if nobody else had come', async () => {
  const [ada, bob, cal] = people as [Person, Person, Person]
  const guest = await f.person(org, role.guest)
  await f.ok(owner, 'subscribe', { subscriptions: [{ name: 'hidden' }], invite_only: true })
  const alone = [
    await come(guest, 'one'),
    await come(ada, 'hidden'),
    await go(ada, 'hidden'),
    await go(ada, 'none'),
  ]
  const before = (await f.log(org)).length
  const [granted, ...together] = await Promise.all([
    come(bob, 'one'),
    come(guest, 'one'),
    come(ada, 'hidden'),
    go(ada, 'hidden'),
    go(ada, 'none'),
    come(cal, 'two'),
  ])
  expect(granted.status).toBe(200)
  expect(together.slice(0, -1)).toEqual(alone)
  expect(together.slice(0, -1).map(({ status }) => status)).toEqual([400, 400, 400, 400])
  const hiddenAs = (name: string): unknown =>
    JSON.stringify(alone[name === 'none' ? 3 : 2]).replaceAll(name, '')
  expect(hiddenAs('hidden')).toBe(hiddenAs('none'))
  expect(await transactions(before)).toBe(1)
})

test('who lost what they decide by while they waited is refused, and the others are not', async () => {
  const [ada, bob] = people as [Person, Person]
  const waiting = await holdingTurn(async () => {
    const both = [come(ada, 'one'), come(bob, 'one')]
    await f.database.superuser(
      'UPDATE auth.users SET generation = generation + 1 WHERE org_id = $1 AND user_id = $2',
      [org, ada.id],
    )
    return both
  })
  const [first, second] = await Promise.all(waiting)
  expect(first).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } })
  expect(second).toMatchObject({ status: 200, body: { subscribed: { [bob.id]: ['one'] } } })
})

test('who leaves is answered when every gateway has applied it, who comes with them before', async () => {
  const [ada, bob] = people as [Person, Person]
  await come(ada, 'one')
  const barriers = f.barriers.length
  await come(bob, 'two')
  expect(f.barriers.length).toBe(barriers)
  const applied = Promise.withResolvers<void>()
  f.gateways = applied.promise
  const told: string[] = []
  const both = [go(ada, 'one').then(() => told.push('left')), come(bob, 'one').then(() => told.push('came'))]
  await both[1]
  await expect.poll(() => f.barriers.length).toBeGreaterThan(barriers)
  expect(told).toEqual(['came'])
  applied.resolve()
  await Promise.all(both)
  const last = (await f.log(org)).at(-1)?.seq
  expect(f.barriers.slice(barriers)).toEqual([last])
  // Nothing is left to take away: whoever took it may still be waiting.
  await go(ada, 'one')
  expect(f.barriers.slice(barriers)).toHaveLength(2)
})
