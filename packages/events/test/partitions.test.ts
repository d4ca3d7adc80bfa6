import { seq } from '@parley/core'
import { append, readHead, readLog, tendPartitions } from '@parley/events'
import type { TestDatabase } from '@parley/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { happening, logDatabase, newLog } from './log-fixture.ts'

let db: TestDatabase
beforeEach(async () => {
  db = await logDatabase()
})
afterEach(() => db[Symbol.asyncDispose]())

const hour = 3_600_000
const today = Date.now()
const keepMs = 24 * hour

async function partitions(): Promise<string[]> {
  const rows = await db.superuser(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'events.log'::regclass ORDER BY 1`,
  )
  return rows.map((row) => String(row['name']))
}

test('partitions are made ahead, once', async () => {
  const relay = await db.as('relay')
  await tendPartitions(relay, today, keepMs)
  const before = await partitions()
  expect((await tendPartitions(relay, today, keepMs)).made).toEqual([])
  const { made, dropped, kept } = await tendPartitions(relay, today + 12 * hour, keepMs)
  expect(made).toHaveLength(1)
  expect([dropped, kept]).toEqual([[], []])
  expect(await partitions()).toHaveLength(before.length + 1)
})

test('an old partition is dropped when it is published and applied everywhere, and the floor says so', async () => {
  const relay = await db.as('relay')
  const auth = await db.as('auth')
  const audit = await db.as('audit')
  const org = await newLog(auth, 1)
  await auth.write(org, (tx) => append(tx, null, [happening(1), happening(2)]))

  const later = today + 48 * hour
  const first = await tendPartitions(relay, later, keepMs)
  expect(first.kept).toHaveLength(1)
  await relay.once(z.unknown(), `SELECT events.take_lease(0, 'one', '1 minute')`)
  await relay.once(z.unknown(), 'SELECT events.note_published(0, 1, ARRAY[1], ARRAY[2])')
  expect((await tendPartitions(relay, later, keepMs)).kept).toHaveLength(1)
  await audit.write(org, async (tx) => {
    await tx.execute(`SELECT events.take_inbox('audit', 1)`)
    await tx.execute(`SELECT events.note_applied('audit', 1, 2)`)
  })
  const last = await tendPartitions(relay, later, keepMs)
  expect(last.kept).toEqual([])
  expect([...first.dropped, ...last.dropped].length).toBeGreaterThanOrEqual(1)
  const gateway = await db.as('gateway')
  expect(await gateway.read(org, (tx) => readLog(tx, seq(0), seq(9)))).toEqual([])
  expect(await gateway.read(org, readHead)).toEqual({ seq: 2, rights: 0, floor: 2 })
  expect(await auth.write(org, (tx) => append(tx, null, [happening(3)]))).toBe(3)
})

test('events for which no partition was made in time are kept, read and dropped like all others', async () => {
  const auth = await db.as('auth')
  const org = await newLog(auth, 1)
  for (const name of await partitions())
    if (name !== 'events.log_rest') await db.superuser(`DROP TABLE ${name}`)
  await auth.write(org, (tx) => append(tx, null, [happening(1)]))
  const relay = await db.as('relay')
  // The rest holds some of the first half day, so only the later ones are made.
  expect((await tendPartitions(relay, Date.now(), keepMs)).made).toHaveLength(2)
  const gateway = await db.as('gateway')
  expect(await gateway.read(org, (tx) => readLog(tx, seq(0), seq(9)))).toHaveLength(1)
  await db.superuser(`INSERT INTO events.published VALUES (1, 1, 1)`)
  await db.superuser(`INSERT INTO events.inbox VALUES ('audit', 1, 1)`)
  expect((await tendPartitions(relay, today + 48 * hour, keepMs)).dropped).toContain('log_rest')
  expect(await gateway.read(org, (tx) => readLog(tx, seq(0), seq(9)))).toEqual([])
})
