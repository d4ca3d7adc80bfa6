import { orgId } from '@parley/core'
import {
  createOrmDatabase,
  createPgDatabase,
  type Database,
  finishing,
  lastly,
  prepared,
  sqlState,
  type Tx,
} from '@parley/db'
import { startProxy, type TestDatabase, testDatabase } from '@parley/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

let db: TestDatabase
const five = orgId(5)
const Any = z.looseObject({})
const N = z.object({ n: z.int() })

beforeAll(async () => {
  db = await testDatabase()
  const auth = await db.as('auth')
  for (const id of [5, 6])
    await auth.write(orgId(id), (tx) => tx.execute('SELECT events.begin_log($1)', [id]))
  await db.superuser('CREATE TABLE auth.notes (n bigint)')
  await db.superuser('GRANT SELECT, INSERT ON auth.notes TO svc_auth')
})
afterAll(() => db[Symbol.asyncDispose]())

const note = (tx: Tx, n: number): Promise<number> => tx.execute('INSERT INTO auth.notes VALUES ($1)', [n])
const notes = async (n: number): Promise<number> =>
  (await db.superuser('SELECT FROM auth.notes WHERE n = $1', [n])).length
const thrown = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  )

test('Prisma has nothing to say behind the last statement of a transaction either', async () => {
  const auth = await db.ormAs('auth')
  const after = auth.read(five, async (tx) => {
    await lastly(tx, N, 'SELECT 1 AS n', [])
    return tx.orm.user.count()
  })
  expect(await thrown(after)).toBeInstanceOf(Error)
  expect(await auth.read(five, (tx) => tx.orm.user.count())).toBe(0)
})

describe.each([
  ['pg', (): Promise<Database> => db.as('auth')],
  ['prisma', (): Promise<Database> => db.ormAs('auth')],
])('transactions over %s', (kind, open) => {
  const base = kind === 'pg' ? 100 : 200

  test('commit what returns, roll back what throws', async () => {
    const auth = await open()
    expect(await auth.write(five, (tx) => note(tx, base))).toBe(1)
    const failed = auth.write(five, async (tx) => {
      await note(tx, base + 1)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect([await notes(base), await notes(base + 1)]).toEqual([1, 0])
  })

  test('S7 go on where a migration has changed what a prepared statement answers with', async () => {
    const auth = await open()
    const all = prepared(`SELECT *, ${base} AS kind FROM auth.notes LIMIT 1`)
    const columns = async (rows: Promise<object[]>): Promise<number> =>
      Object.keys((await rows)[0] ?? {}).length
    const once = (): Promise<number> => columns(auth.once(Any, all))
    const inside = (): Promise<number> => columns(auth.write(five, (tx) => tx.query(Any, all)))
    await auth.write(five, (tx) => note(tx, base + 2))
    const before = await Promise.all([once(), inside(), inside()])
    await db.superuser(`ALTER TABLE auth.notes ADD COLUMN of_${base} int`)
    const grown = before.map((n) => n + 1)
    expect(await Promise.all([inside(), inside(), once()])).toEqual(grown)
    await db.superuser(`ALTER TABLE auth.notes DROP COLUMN of_${base}`)
    expect([await once(), await inside()]).toEqual(before.slice(1))
  })

  test('end behind the last statement of one that reads, however long its rows are worked on', async () => {
    const auth = await open()
    const rows = await auth.read(five, async (tx) => {
      const found = await lastly(tx, N, 'SELECT count(*) AS n FROM auth.notes WHERE n = $1', [base])
      // The end is on its way with the statement: whoever asks over another connection may be there first.
      const waiting = (): Promise<unknown[]> =>
        db.superuser(
          `SELECT FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()`,
        )
      await expect.poll(waiting, { timeout: 20_000, interval: 10 }).toEqual([])
      const more = await thrown(tx.query(N, 'SELECT 1 AS n'))
      expect(more).toMatchObject({ cause: { message: 'transaction is over' } })
      expect(await thrown(lastly(tx, N, 'SELECT 2 AS n', []))).toEqual(more)
      return found
    })
    expect(rows).toHaveLength(1)
    const broken = auth.read(five, (tx) => lastly(tx, N, 'SELECT 1 / $1::int AS n', [0]))
    expect(sqlState(await thrown(broken))).toBe('22012')
    const swallowed = auth.read(five, async (tx) => {
      await thrown(lastly(tx, N, 'SELECT 1 / $1::int AS n', [0]))
      await thrown(lastly(tx, N, 'SELECT 1 AS n', []))
    })
    await expect(swallowed).rejects.toMatchObject({ code: 'INTERNAL' })
    // What writes commits when all of it is done.
    const failed = auth.write(five, async (tx) => {
      await lastly(tx, Any, 'INSERT INTO auth.notes VALUES ($1) RETURNING n', [base + 3])
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect([await notes(base + 3), (await auth.once(N, 'SELECT 1 AS n')).length]).toEqual([0, 1])
  })

  test('that write are committed on the same trip as the last statement, or not at all where it fails', async () => {
    const auth = await open()
    const insert = 'INSERT INTO auth.notes VALUES ($1) RETURNING n'
    const done = await auth.write(five, async (tx) => {
      await note(tx, base + 40)
      const rows = await finishing(tx, Any, insert, [base + 50])
      const more = await thrown(tx.query(N, 'SELECT 1 AS n'))
      expect(more).toMatchObject({ cause: { message: 'transaction is over' } })
      return rows
    })
    expect([done.length, await notes(base + 40), await notes(base + 50)]).toEqual([1, 1, 1])
    const broken = auth.write(five, async (tx) => {
      await note(tx, base + 60)
      await finishing(tx, N, 'SELECT 1 / $1::int AS n', [0])
    })
    expect(sqlState(await thrown(broken))).toBe('22012')
    // What is refused behind it is done already.
    const late = auth.write(five, async (tx) => {
      await finishing(tx, Any, insert, [base + 70])
      throw new Error('too late')
    })
    await expect(late).rejects.toThrow('too late')
    await expect.poll(() => notes(base + 70)).toBe(1)
    expect([await notes(base + 60), (await auth.once(N, 'SELECT 1 AS n')).length]).toEqual([0, 1])
  })

  test('TE-01 see their organisation and no other', async () => {
    const auth = await open()
    const seen = (org: number) =>
      auth.read(orgId(org), (tx) => tx.query(Any, 'SELECT org_id FROM events.head ORDER BY 1'))
    expect(await seen(5)).toEqual([{ org_id: 5 }])
    expect(await seen(6)).toEqual([{ org_id: 6 }])
    expect(await auth.once(Any, 'SELECT org_id FROM events.head')).toEqual([])
  })

  test('read at one instant, and at the instant another exported', async () => {
    const auth = await open()
    const count = 'SELECT count(*) AS n FROM auth.notes'
    await auth.read(five, async (tx) => {
      const [before] = await tx.query(N, count)
      const [exported] = await tx.query(z.object({ id: z.string() }), 'SELECT pg_export_snapshot() AS id')
      await auth.write(five, (other) => note(other, base + 2))
      expect(await tx.query(N, count)).toEqual([before])
      expect(await auth.at(five, exported?.id ?? '', (other) => other.query(N, count))).toEqual([before])
    })
    expect(sqlState(await thrown(auth.read(five, (tx) => note(tx, base + 3))))).toBe('25006')
    expect(sqlState(await thrown(auth.at(five, '00000003-00000009-1', async () => 1)))).toBe('22023')
    expect(() => auth.at(five, `x'; DROP`, async () => 1)).toThrow('not a snapshot id')
  })

  test('cannot be used when they are over', async () => {
    const auth = await open()
    const leaked = await auth.read(five, async (tx) => tx)
    await expect(leaked.query(Any, 'SELECT 1')).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  test('do not pretend to commit what an error inside has spoiled', async () => {
    const auth = await open()
    const swallowed = auth.write(five, async (tx) => {
      await note(tx, base + 4)
      await tx.query(Any, 'SELECT 1/0').catch(() => {})
    })
    await expect(swallowed).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(await notes(base + 4)).toBe(0)
  })

  test('F31 a connection that is lost is a retryable UNAVAILABLE, and the next has a new one', async () => {
    const auth = await open()
    const killed = auth.write(five, async (tx) => {
      await note(tx, base + 5)
      await tx.execute('SELECT pg_terminate_backend(pg_backend_pid())')
    })
    await expect(killed).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(await auth.write(five, (tx) => note(tx, base + 6))).toBe(1)
    expect(await notes(base + 5)).toBe(0)
  })

  test('whole numbers come as numbers, and what none can hold is an error', async () => {
    const auth = await open()
    const Numbers = z.object({
      big: z.number(),
      list: z.array(z.number().nullable()),
      none: z.array(z.number()),
    })
    const sql = `SELECT 9007199254740991::int8 AS big, '{1,NULL,-7}'::int8[] AS list, '{}'::int8[] AS none`
    expect(await auth.read(five, (tx) => tx.query(Numbers, sql))).toEqual([
      { big: 9007199254740991, list: [1, null, -7], none: [] },
    ])
    await expect(auth.read(five, (tx) => tx.query(Any, 'SELECT 9007199254740992::int8'))).rejects.toThrow(
      'int8',
    )
  })

  test('F32 the role’s limits hold: no transaction stays open idle, no lock is waited for long', async () => {
    const auth = await open()
    const Setting = z.object({ setting: z.string() })
    const limits = await auth.read(five, (tx) =>
      tx.query(
        Setting,
        `SELECT setting FROM pg_settings WHERE name IN
           ('idle_in_transaction_session_timeout', 'lock_timeout', 'statement_timeout') ORDER BY name`,
      ),
    )
    expect(limits.map((l) => l.setting)).toEqual(['2000', '3000', '15000'])
  })
})

test('Prisma and SQL work in one transaction', async () => {
  const auth = await db.ormAs('auth')
  const heads = await auth.write(five, async (tx) => {
    await tx.execute('SELECT events.hold(5)')
    return tx.orm.head.findMany({ select: { orgId: true } })
  })
  expect(heads).toEqual([{ orgId: 5 }])
})

test('many Prisma transactions at a time each keep their organisation', async () => {
  const auth = await db.ormAs('auth')
  const seen = await Promise.all(
    Array.from({ length: 40 }, (_, i) => {
      const org = 5 + (i % 2)
      return auth.read(orgId(org), async (tx) => [org, (await tx.orm.head.findMany())[0]?.orgId])
    }),
  )
  for (const [org, got] of seen) expect(got).toBe(org)
})

describe('connections', () => {
  test('are of TLS 1.3 with our certificate', async () => {
    const auth = await db.as('auth')
    const rows = await auth.once(
      Any,
      'SELECT ssl, version, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    )
    expect(rows).toEqual([{ ssl: true, version: 'TLSv1.3', client_dn: '/CN=svc_auth' }])
  })

  test.each([
    ['another server', { serverUri: 'spiffe://x.parley.internal/svc/postgres' }],
    ['no certificate', { cert: '', key: '' }],
  ])('%s is refused', async (_what, wrong) => {
    const options = await db.options('auth')
    if (typeof options.tls !== 'object' || options.tls === null) throw new Error('tests use TLS')
    const given = options.tls
    for (const create of [createPgDatabase, createOrmDatabase]) {
      await using other = await create({ ...options, tls: () => ({ ...given, ...wrong }) })
      expect(await thrown(other.read(five, async () => 1))).toBeInstanceOf(Error)
    }
  })

  test('as a role that the certificate does not name are refused', async () => {
    const options = await db.options('auth')
    await using other = createPgDatabase({ ...options, role: 'svc_streams' })
    expect(sqlState(await thrown(other.once(Any, 'SELECT 1')))).toBe('28000')
  })

  test('without TLS are not even tried over a network', async () => {
    const options = await db.options('auth')
    await using other = createPgDatabase({ ...options, tls: null })
    await expect(other.once(Any, 'SELECT 1')).rejects.toThrow('only over a Unix socket')
  })

  test('to nobody are a retryable UNAVAILABLE', async () => {
    await using other = createPgDatabase({ ...(await db.options('auth')), port: 1 })
    await expect(other.read(five, async () => 1)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    })
  })

  test('lost while a statement commits by itself: nobody knows, so it is not retryable', async () => {
    const auth = await db.as('auth')
    await expect(auth.once(Any, 'SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: false,
    })
    expect(await auth.once(N, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  })
})

test('F40 a server that is silent for too long is given up, and the next has a new connection', async () => {
  const { host, port, ...options } = await db.options('auth', 1)
  await using proxy = await startProxy(() => ({ host, port }))
  const silent = { ...options, ...proxy.address, answerMs: 300 }
  await using auth = createPgDatabase(silent)
  expect(await auth.once(N, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  proxy.strand()
  await expect(auth.once(N, 'SELECT 2 AS n')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false })
  expect(proxy.held).toBeGreaterThan(0)
  expect(await auth.read(five, (tx) => tx.query(N, 'SELECT 3 AS n'))).toEqual([{ n: 3 }])
  proxy.strand()
  const lost = auth.write(five, (tx) => note(tx, 300))
  await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  expect(await auth.write(five, (tx) => note(tx, 301))).toBe(1)
  proxy.strand()
  // COMMIT was on its way with it.
  const unknown = auth.write(five, (tx) => finishing(tx, N, 'SELECT 1 AS n', []))
  await expect(unknown).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false })
})
