import { authorize, defaultRealmGroups, systemGroupsOf } from '@parley/access'
import { orgId, rights, userId } from '@parley/core'
import { Capabilities } from '@parley/api'
import { testDatabase, type TestDatabase } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QueueSpec } from '../src/live/queue.ts'
import type { Caller } from '../src/edge/exchange.ts'
import { grantedIn } from '../src/routes/own-operation.ts'
import { readHeads } from '../src/repo/heads.ts'
import { leaseStore } from '../src/repo/lease.ts'
import { audienceReader, logReader } from '../src/repo/log.ts'
import { loadMembers } from '../src/repo/members.ts'
import { createFindQueue, deleteQueue, insertQueue, sweepQueues, touchQueues } from '../src/repo/queues.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  for (const org of [1, 2])
    await database.superuser(`INSERT INTO events.head (org_id, seq, floor) VALUES (${org}, 3, 1)`)
}, 60_000)
afterAll(() => database[Symbol.asyncDispose]())

const spec = (queueId: string, more: Partial<QueueSpec> = {}): QueueSpec => ({
  queueId,
  org: 1,
  user: 7,
  vantage: 1,
  start: 3,
  eventTypes: ['message'],
  narrow: [{ operator: 'is', operand: 'dm', negated: false }],
  allPublicStreams: false,
  capabilities: Capabilities.parse({ empty_topic_name: true }),
  applyMarkdown: true,
  slimPresence: true,
  lifespan: 600,
  ...more,
})
const own = (user: number) => {
  const groups = systemGroupsOf(400)
  const made = { role: 400, isActive: true, isBot: false, botOwnerId: null, generation: 1 } as const
  const actor = { ...made, groups, realmGroups: defaultRealmGroups }
  const verdict = authorize('self:use', { ...actor, orgId: orgId(1), userId: userId(user) }, null, rights(1))
  if (!verdict.ok) throw new Error('refused')
  return verdict.granted
}
const principalOf = (user: number, generation: number) =>
  ({ principal: { org: 1, user, generation, credential: 'key:1' } }) as Caller
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

test('a queue is found by its user in its organisation, and by nobody else', async () => {
  const db = await database.as('gateway')
  await db.write(orgId(1), (tx) => insertQueue(tx, own(7), spec(id(1))))
  const findQueue = createFindQueue(db)
  const find = (org: number, user: number) => findQueue(orgId(org), id(1), user)
  expect(await find(1, 7)).toEqual(spec(id(1)))
  expect([await find(1, 8), await find(2, 7)]).toEqual([null, null])
  expect(await db.write(orgId(1), (tx) => deleteQueue(tx, own(8), id(1)))).toBe(false)
  expect(await db.write(orgId(1), (tx) => deleteQueue(tx, own(7), id(1)))).toBe(true)
  expect(await find(1, 7)).toBeNull()
})

test('queues asked for together are read together, each for its own user', async () => {
  const db = await database.as('gateway')
  for (const n of [31, 32]) await db.write(orgId(1), (tx) => insertQueue(tx, own(n), spec(id(n))))
  let reads = 0
  const once: typeof db.once = (...args) => {
    reads++
    return db.once(...args)
  }
  const findQueue = createFindQueue({ ...db, once })
  const asked = [
    [31, 31],
    [32, 32],
    [32, 31],
    [33, 33],
  ] as const
  const found = await Promise.all(asked.map(([n, user]) => findQueue(orgId(1), id(n), user)))
  expect(found.map((queue) => queue?.queueId ?? null)).toEqual([id(31), id(32), null, null])
  expect(await findQueue(orgId(2), id(31), 31)).toBeNull()
  expect(reads).toBe(2)
})

test('what a queue wants is read once, and whether it is there each time', async () => {
  const db = await database.as('gateway')
  const kept = [41, 42, 43]
  for (const n of kept)
    await db.write(orgId(1), (tx) => insertQueue(tx, own(7), spec(id(n), { lifespan: 600 })))
  const findQueue = createFindQueue(db)
  const found = () => Promise.all(kept.map((n) => findQueue(orgId(1), id(n), 7)))
  const first = await found()
  expect(first.map((queue) => queue?.queueId)).toEqual(kept.map(id))
  // Another's question neither finds it nor makes it forgotten.
  expect(await findQueue(orgId(1), id(41), 8)).toBeNull()
  expect(await findQueue(orgId(2), id(41), 7)).toBeNull()
  const again = await found()
  expect(again.map((queue, i) => queue === first[i])).toEqual([true, true, true])
  // Whoever ended them did so elsewhere.
  await db.write(orgId(1), (tx) => deleteQueue(tx, own(7), id(41)))
  await database.superuser(
    `UPDATE gateway.queues SET expires_at = clock_timestamp() - interval '1 second' WHERE queue_id = $1`,
    [id(42)],
  )
  expect((await found()).map((queue) => queue?.queueId ?? null)).toEqual([null, null, id(43)])
  expect(await sweepQueues(db)).toBe(1)
})

test('a queue that another version wrote fails for its own user alone', async () => {
  const db = await database.as('gateway')
  for (const n of [51, 52]) await db.write(orgId(1), (tx) => insertQueue(tx, own(7), spec(id(n))))
  await database.superuser(`UPDATE gateway.queues SET spec = '{"of":1}' WHERE queue_id = $1`, [id(51)])
  const findQueue = createFindQueue(db)
  const [broken, whole] = await Promise.allSettled([51, 52].map((n) => findQueue(orgId(1), id(n), 7)))
  expect(broken?.status).toBe('rejected')
  expect(whole).toMatchObject({ value: { queueId: id(52) } })
})

test('more queues than one statement asks for are found too', async () => {
  const db = await database.as('gateway')
  await db.write(orgId(1), (tx) => insertQueue(tx, own(7), spec(id(44))))
  const findQueue = createFindQueue(db)
  const found = await Promise.all(
    Array.from({ length: 2500 }, (_, n) => findQueue(orgId(1), id(44 + (n % 2)), 7)),
  )
  expect(found.map((queue) => queue !== null)).toEqual(found.map((_, n) => n % 2 === 0))
})

test('positions only go up, and touching a queue keeps it', async () => {
  const db = await database.as('gateway')
  await db.write(orgId(1), (tx) => insertQueue(tx, own(7), spec(id(2), { lifespan: 60 })))
  await touchQueues(db, 1, new Map([[id(2), 9]]))
  await touchQueues(db, 1, new Map([[id(2), 5]]))
  const [row] = await database.superuser('SELECT position FROM gateway.queues WHERE queue_id = $1', [id(2)])
  expect(row).toEqual({ position: '9' })
})

test('expired queues are gone at once and swept later, of all organisations', async () => {
  const db = await database.as('gateway')
  for (const org of [1, 2])
    await db.write(orgId(org), (tx) => insertQueue(tx, own(7), spec(id(10 + org), { org, lifespan: -1 })))
  expect(await createFindQueue(db)(orgId(1), id(11), 7)).toBeNull()
  expect(await sweepQueues(db)).toBe(2)
  expect(await sweepQueues(db)).toBe(0)
})

test('of a user with too many queues those go that nobody has wanted for longest', async () => {
  const db = await database.as('gateway')
  const insert = (n: number) =>
    db.write(orgId(2), (tx) =>
      insertQueue(tx, own(9), spec(id(1000 + n), { org: 2, lifespan: n % 2 ? 60 : 600 })),
    )
  for (let n = 0; n < 200; n++) await insert(n)
  await touchQueues(db, 2, new Map([[id(1000), 3]]))
  for (let n = 200; n < 203; n++) await insert(n)
  const left = await database.superuser('SELECT 1 FROM gateway.queues WHERE user_id = 9')
  expect(left).toHaveLength(200)
  const find = createFindQueue(db)
  const found = await Promise.all([0, 1, 2, 3, 4].map((n) => find(orgId(2), id(1000 + n), 9)))
  expect(found.map((queue) => queue !== null)).toEqual([true, false, false, false, true])
})

test('heads of several organisations in one statement', async () => {
  expect(await readHeads(await database.as('gateway'), [1, 2, 99])).toEqual(
    new Map([
      [1, 3],
      [2, 3],
    ]),
  )
})

test('a lease is extended until a barrier stands in its row', async () => {
  const db = await database.as('gateway')
  const store = leaseStore(db, 'gateway-1/x')
  const epoch = await store.take(2000)
  expect(await store.renew(epoch, 2000, new Map())).toEqual({ extended: true, barriers: new Map() })
  await database.superuser(`UPDATE gateway.leases SET barriers = '{"1": 5}'`)
  expect(await store.renew(epoch, 2000, new Map([[1, 4]]))).toEqual({
    extended: false,
    barriers: new Map([[1, 5]]),
  })
  expect(await store.renew(epoch, 2000, new Map([[1, 5]]))).toMatchObject({ extended: true })
  expect(await store.renew(epoch + 1, 2000, new Map())).toBeNull()
  await store.end(epoch)
  expect(await store.renew(epoch, 2000, new Map())).toBeNull()
})

const log = `INSERT INTO events.log (org_id, seq, at, type, body, user_ids, channel_id, rights_after, revokes)
  VALUES (1, $1, now(), $2, $3, $4, $5, 0, false)`
const who = (channel: number) => ({ channel_id: channel, user_ids: [7], name: 'x' })

test('the log is read by its audience', async () => {
  const rows: [number, string, unknown, number[], number | null][] = [
    [2, 'a', {}, [7], null],
    [3, 'b', {}, [8], null],
    [4, 'c', {}, [], 5],
    [5, 'd', {}, [], 6],
    [6, 'e', {}, [], null],
    [7, 'subscription.removed', who(6), [7, 8], null],
  ]
  for (const [seq, type, body, users, channel] of rows)
    await database.superuser(log, [seq, type, JSON.stringify(body), users, channel])
  const gateway = await database.as('gateway')
  const reader = { ...logReader(gateway), ...audienceReader(gateway) }
  expect((await reader.after(1, 3, 3)).map((e) => e.seq)).toEqual([4, 5, 6])
  expect(await reader.ends(1)).toEqual({ seq: 3, floor: 1 })
  const stretch = { org: 1, user: 7, channels: [5], after: 1, upTo: 9 }
  expect((await reader.events(stretch, 9)).map((e) => e.seq)).toEqual([2, 4, 6, 7])
  expect([await reader.count(stretch, 9), await reader.count(stretch, 2)]).toEqual([4, 2])
  expect(await reader.moves(stretch)).toEqual([{ seq: 7, kind: 'left', channel: 6 }])
  expect(await reader.after(2, 0, 9)).toEqual([])
})

test('members of an organisation nobody is in', async () => {
  expect(await loadMembers(await database.as('gateway'), 1, [7])).toEqual({
    seq: 3,
    people: new Map(),
    open: new Set(),
    webPublic: new Set(),
  })
})

test('AC-05 who asks is read again: another generation, or nobody, is refused as stale', async () => {
  await database.superuser(
    `INSERT INTO auth.organisations (org_id, subdomain, name, created_at) VALUES (1, 'acme', 'Acme', now())`,
  )
  await database.superuser(
    `INSERT INTO auth.users (org_id, user_id, email, delivery_email, full_name, role, date_joined, generation)
      VALUES (1, 7, 'a@x.org', 'a@x.org', 'Ann', 400, now(), 2)`,
  )
  const db = await database.as('gateway')
  const asked = (user: number, generation: number) =>
    db.read(orgId(1), (tx) => grantedIn(tx, principalOf(user, generation)))
  expect(await asked(7, 2)).toMatchObject({ action: 'self:use', actor: { userId: 7 } })
  for (const [user, generation] of [
    [7, 1],
    [8, 1],
  ] as const)
    await expect(asked(user, generation)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      data: { stale: true },
    })
})
