import { orgId, rights, seq } from '@parley/core'
import { sqlState } from '@parley/db'
import {
  append,
  appendedIn,
  beginLog,
  event,
  hold,
  make,
  readAddressed,
  readHead,
  readLog,
  StaleRights,
} from '@parley/events'
import { databaseIdentities, type TestDatabase } from '@parley/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { changed, happened, happening, logDatabase, newLog, revoked } from './log-fixture.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await logDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

const Any = z.looseObject({})
const none = rights(0)
const wide = event({ type: 'test.happened', emitter: 'auth', audience: 'organisation', body: z.string() })
const stateOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => 'nothing was thrown',
    (error: unknown) => sqlState(error),
  )

test('fifty concurrent appenders: the log has no gap and ids drawn behind the head are in its order', async () => {
  const auth = await db.as('auth')
  const org = await newLog(auth, 1)
  await db.superuser('CREATE SEQUENCE public.drawn')
  await db.superuser(
    'GRANT USAGE ON SCHEMA public TO svc_auth; GRANT USAGE ON SEQUENCE public.drawn TO svc_auth',
  )
  const Drawn = z.object({ n: z.int() })
  const appended = await Promise.all(
    Array.from({ length: 50 }, () =>
      auth.write(org, async (tx) => {
        const before = await hold(tx, none)
        const [id] = await tx.query(Drawn, `SELECT nextval('public.drawn') AS n`)
        const last = await append(tx, none, [happening(id?.n ?? 0), happening(id?.n ?? 0)])
        expect(last).toBe(before + 2)
        return last
      }),
    ),
  )
  expect(appended.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i + 2))
  const gateway = await db.as('gateway')
  const log = await gateway.read(org, (tx) => readLog(tx, seq(0), seq(1000)))
  expect(log.map((e) => e.seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  const ids = log.map((e) => Drawn.parse(e.body).n)
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
})

test('what a transaction that fails has appended is nowhere, and its numbers are used again', async () => {
  const auth = await db.as('auth')
  const org = await newLog(auth, 2)
  await expect(
    auth.write(org, async (tx) => {
      await append(tx, none, [happening(1)])
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await auth.write(org, (tx) => append(tx, none, [happening(2)]))).toBe(1)
})

test('nothing, what no message could carry, and a head that is held already are faults of ours', async () => {
  const auth = await db.as('auth')
  const org = await newLog(auth, 16)
  const fault = { code: 'INTERNAL' }
  await expect(auth.write(org, (tx) => append(tx, none, []))).rejects.toMatchObject(fault)
  const large = make(wide, 'x'.repeat(512 * 1024))
  await expect(auth.write(org, (tx) => append(tx, none, [large]))).rejects.toMatchObject(fault)
  const twice = auth.write(org, async (tx) => {
    await hold(tx, none)
    await hold(tx, none)
  })
  await expect(twice).rejects.toMatchObject(fault)
})

test('each event has the body that is given with it, kept as the text it came in', async () => {
  const auth = await db.as('auth')
  const org = await newLog(auth, 17)
  const given = (events: number, bodies: string) =>
    auth.write(org, (tx) =>
      tx.execute('SELECT events.append($1, NULL, $2, $3)', [
        17,
        JSON.stringify(
          Array.from({ length: events }, () => ({ type: 'test.happened', users: [], revokes: false })),
        ),
        bodies,
      ]),
    )
  for (const [events, bodies] of [
    [1, '[]'],
    [1, '[1,2]'],
    [2, '[1]'],
  ] as const)
    expect(await stateOf(given(events, bodies))).toBe('22023')
  await given(2, '[{"n":1,"a" : [2]},"x"]')
  const gateway = await db.as('gateway')
  const rows = await gateway.read(org, (tx) =>
    tx.query(z.object({ text: z.string() }), 'SELECT body::text AS text FROM events.log ORDER BY seq'),
  )
  expect(rows.map(({ text }) => text)).toEqual(['{"n":1,"a" : [2]}', '"x"'])
})

describe('rights', () => {
  test('an event that changes them raises them to its own place', async () => {
    const auth = await db.as('auth')
    const org = await newLog(auth, 3)
    await auth.write(org, async (tx) => {
      await append(tx, none, [happening(1), make(changed, { n: 2 }), happening(3)])
      expect(appendedIn(tx)).toEqual({ seq: 3, revokes: false })
      // The head is held, so its own change does not make it stale.
      await append(tx, none, [make(revoked, { n: 4 })])
      expect(appendedIn(tx)).toEqual({ seq: 4, revokes: true })
    })
    const gateway = await db.as('gateway')
    expect(await gateway.read(org, readHead)).toEqual({ seq: 4, rights: 4, floor: 0 })
    const log = await gateway.read(org, (tx) => readLog(tx, seq(0), seq(9)))
    expect(log.map((e) => [e.rights, e.revokes])).toEqual([
      [0, false],
      [2, false],
      [2, false],
      [4, true],
    ])
  })

  test('a decision made before the change appends nothing', async () => {
    const auth = await db.as('auth')
    const org = await newLog(auth, 4)
    await auth.write(org, (tx) => append(tx, none, [make(changed, { n: 1 })]))
    await expect(auth.write(org, (tx) => append(tx, none, [happening(2)]))).rejects.toThrow(StaleRights)
    await expect(auth.write(org, (tx) => hold(tx, none))).rejects.toThrow(StaleRights)
    expect(await auth.write(org, (tx) => append(tx, rights(1), [happening(2)]))).toBe(2)
    expect(await auth.write(org, (tx) => append(tx, null, [happening(3)]))).toBe(3)
  })

  test('of a change and a decision that race, the log says which came first', async () => {
    const auth = await db.as('auth')
    const org = await newLog(auth, 5)
    const first = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const change = auth.write(org, async (tx) => {
      await append(tx, none, [make(revoked, { n: 1 })])
      held.resolve()
      await first.promise
    })
    await held.promise
    const late = auth.write(org, (tx) => append(tx, none, [happening(2)]))
    first.resolve()
    await change
    await expect(late).rejects.toThrow(StaleRights)
  })
})

describe('nobody writes the log but through its functions', () => {
  test('a role that is no emitter of the type is refused', async () => {
    const org = await newLog(await db.as('auth'), 6)
    const streams = await db.as('streams')
    expect(await stateOf(streams.write(org, (tx) => append(tx, none, [happening(1)])))).toBe('PR003')
    const auth = await db.as('auth')
    const unknown = make({ ...happened, type: 'test.unknown' }, { n: 1 })
    expect(await stateOf(auth.write(org, (tx) => append(tx, none, [happening(1), unknown])))).toBe('PR003')
  })

  test('every service role is refused INSERT, UPDATE and DELETE on every table of the log', async () => {
    const roles = databaseIdentities.filter((identity) => identity !== 'owner')
    const tables = await db.superuser(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'events'::regnamespace AND relkind IN ('r', 'p')`,
    )
    expect(tables.length).toBeGreaterThan(8)
    const allowed: string[] = []
    for (const role of roles) {
      const { role: name } = await db.options(role)
      for (const table of tables) {
        for (const right of ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) {
          const [row] = await db.superuser('SELECT has_table_privilege($1, $2, $3) AS may', [
            name,
            `events.${String(table['name'])}`,
            right,
          ])
          if (row?.['may'] === true) allowed.push(`${name} ${right} ${String(table['name'])}`)
        }
      }
      const database = await db.as(role)
      const insert = `INSERT INTO events.log VALUES (6, 1, now(), 'x', '{}', '{}', NULL, 0, false)`
      expect(await stateOf(database.write(orgId(6), (tx) => tx.execute(insert)))).toBe('42501')
    }
    expect(allowed).toEqual([])
  })

  test('only auth begins a log, and only that of its transaction', async () => {
    const streams = await db.as('streams')
    expect(await stateOf(streams.write(orgId(7), beginLog))).toBe('42501')
    const auth = await db.as('auth')
    expect(await stateOf(auth.write(orgId(7), (tx) => tx.execute('SELECT events.begin_log(8)')))).toBe(
      '42501',
    )
  })
})

describe("another organisation's log does not exist", () => {
  test('its rows are invisible, and without an organisation all are', async () => {
    const auth = await db.as('auth')
    const [a, b] = [await newLog(auth, 9), await newLog(auth, 10)]
    await auth.write(a, (tx) => append(tx, none, [happening(1)]))
    await auth.write(b, (tx) => append(tx, none, [happening(1)]))
    const gateway = await db.as('gateway')
    const seen = 'SELECT DISTINCT org_id FROM events.log UNION SELECT org_id FROM events.head'
    expect(await gateway.read(a, (tx) => tx.query(Any, seen))).toEqual([{ org_id: 9 }])
    expect(await gateway.once(Any, seen)).toEqual([])
  })

  test('nothing is appended to it', async () => {
    const auth = await db.as('auth')
    const [a] = [await newLog(auth, 11), await newLog(auth, 12)]
    for (const foreign of [`events.append(12, NULL, '[]')`, `events.append(12, NULL, '[]', '[]')`])
      expect(await stateOf(auth.write(a, (tx) => tx.execute(`SELECT ${foreign}`)))).toBe('PR002')
  })
})

test('catching up reads what is addressed to one user, once and in order', async () => {
  const auth = await db.as('auth')
  const org = await newLog(auth, 13)
  const to = (users: number[], channel?: number) => ({
    ...happening(0),
    users: users.map((u) => u as never),
    channel: (channel ?? null) as never,
  })
  await auth.write(org, (tx) =>
    append(tx, none, [to([5]), to([6]), to([], 3), to([5], 3), to([], 4), to([]), to([6], 9), to([])]),
  )
  const gateway = await db.as('gateway')
  const wanted = { user: 5 as never, channels: [3, 4] as never[], after: seq(0), to: seq(7), limit: 100 }
  const events = await gateway.read(org, (tx) => readAddressed(tx, wanted))
  expect(events.map((e) => e.seq)).toEqual([1, 3, 4, 5, 6])
  const few = await gateway.read(org, (tx) => readAddressed(tx, { ...wanted, after: seq(1), limit: 2 }))
  expect(few.map((e) => e.seq)).toEqual([3, 4])
})
