import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unavailable } from '@parley/core'
import { Client } from 'pg'
import Postgrator from 'postgrator'
import { clientConfig, type PgConnection } from './connection.ts'

const folder = fileURLToPath(new URL('../migrations', import.meta.url))

// Any number, the same for everybody who migrates this database.
const lockKey = 7_246_113

/**
 * Each hundred of numbers belongs to one schema and has its own history, so that a schema's next migration runs
 * whatever the others have reached. Fresh databases get the hundreds in this order.
 */
const histories = ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09'] as const

/**
 * Brings the database to the newest schema: each file of `migrations/NNNN.do.schema-what.sql` once, in a transaction
 * of its own, under a lock that makes concurrent callers wait. A file that changed after it ran is an error.
 * @param connection as the role that owns the schemas
 * @returns the names of the files that ran
 */
export async function migrate(connection: PgConnection): Promise<string[]> {
  const client = new Client(clientConfig(connection))
  await client.connect().catch((error: unknown) => {
    throw unavailable(error)
  })
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey])
    await client.query("SET lock_timeout = '5s'")
    await client.query('CREATE SCHEMA IF NOT EXISTS migrations')
    const ran: string[] = []
    for (const hundred of histories) ran.push(...(await runHistory(client, hundred)))
    return ran
  } finally {
    // Ends the session and with it the lock.
    await client.end()
  }
}

async function runHistory(client: Client, hundred: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.startsWith(hundred) && file.endsWith('.sql'))
  if (files.length === 0) return []
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: `migrations.history_${hundred}`,
    migrationPattern: `${folder}/${hundred}*.do.*.sql`,
    newline: 'LF',
    // Once per call, below, not before each migration.
    validateChecksums: false,
    execQuery: async (sql) => client.query(sql),
  })
  const target = await postgrator.getMaxVersion()
  const version = await postgrator.getDatabaseVersion()
  if (version > 0) {
    await postgrator.validateMigrations(version)
    await refuseLate(client, hundred, files, version)
  }
  const ran: string[] = []
  for (const next of postgrator.getRunnableMigrations(version, target)) {
    // The runner writes its history after the script; one transaction around both makes them one.
    await client.query('BEGIN')
    try {
      await postgrator.migrate(String(next.version))
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw new Error(`migration ${basename(next.filename)} failed: ${String(error)}`, { cause: error })
    }
    ran.push(basename(next.filename))
  }
  return ran
}

/** @throws Error where a file would never run: its number is below that of one that has */
async function refuseLate(
  client: Client,
  hundred: string,
  files: readonly string[],
  version: number,
): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    `SELECT version FROM migrations.history_${hundred}`,
  )
  const ran = new Set(rows.map((row) => Number(row.version)))
  const late = files.filter(
    (file) => Number.parseInt(file, 10) <= version && !ran.has(Number.parseInt(file, 10)),
  )
  if (late.length > 0) throw new Error(`migrations came too late to run: ${late.join(', ')}`)
}

/** The migrations' texts in order, for tests that look at them. */
export async function migrationTexts(): Promise<{ name: string; sql: string }[]> {
  const names = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(`${folder}/${name}`, 'utf8') })))
}
