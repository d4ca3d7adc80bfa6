import { migrate, migrationTexts } from '@parley/db'
import { testDatabase } from '@parley/testkit'
import { expect, test } from 'vitest'

test('what is migrated stays as it is, also where several migrate at a time', async () => {
  await using db = await testDatabase()
  const { pool: _, ...owner } = await db.options('owner')
  expect(await Promise.all([migrate(owner), migrate(owner)])).toEqual([[], []])
})

test('a file that changed after it ran is told', async () => {
  await using db = await testDatabase()
  const { pool: _, ...owner } = await db.options('owner')
  await db.superuser(`UPDATE migrations.history_00 SET md5 = 'x' WHERE version = 1`)
  await expect(migrate(owner)).rejects.toThrow('MD5 checksum failed for migration [1]')
})

test('a schema’s next migration runs whatever the others have reached', async () => {
  await using db = await testDatabase()
  const { pool: _, ...owner } = await db.options('owner')
  await db.superuser(`DELETE FROM migrations.history_00 WHERE version = 2`)
  await db.superuser(`DELETE FROM migrations.history_00 WHERE version > 2`)
  // The tables are there already, so running it again fails: it was tried, and nothing of it stayed.
  await expect(migrate(owner)).rejects.toThrow('0002.do.gateway-leases.sql')
  expect(await db.superuser('SELECT max(version)::int AS v FROM migrations.history_00')).toEqual([{ v: 1 }])
})

test('a file that would never run, for one behind it has, is told', async () => {
  await using db = await testDatabase()
  const { pool: _, ...owner } = await db.options('owner')
  await db.superuser(`DELETE FROM migrations.history_00 WHERE version = 2`)
  await expect(migrate(owner)).rejects.toThrow('came too late to run: 0002.do.gateway-leases.sql')
})

test('every migration is named for its number, its schema and what it does', async () => {
  const names = (await migrationTexts()).map(({ name }) => name)
  expect(
    names.filter(
      (name) =>
        !/^0\d{3}\.do\.(events|gateway|auth|streams|messaging|uploads|audit)-[a-z-]+\.sql$/.test(name),
    ),
  ).toEqual([])
  expect(new Set(names.map((name) => name.slice(0, 4))).size).toBe(names.length)
})
