import {
  createOrmDatabase,
  createPgDatabase,
  type Database,
  type OrmTx,
  type PgPoolOptions,
} from '@parley/db'
import type { IdentityName } from '@parley/cli'
import { systemIds } from '@parley/core'
import { Client } from 'pg'
import { pgTlsOf } from './certificates.ts'
import { testServers } from './servers.ts'

/** Who may connect, by the identity whose certificate is shown; the role is the certificate's. */
const roles = {
  gateway: 'svc_gateway',
  auth: 'svc_auth',
  streams: 'svc_streams',
  messaging: 'svc_messaging',
  uploads: 'svc_uploads',
  audit: 'svc_audit',
  relay: 'svc_relay',
  cli: 'parley_cli',
  owner: 'parley_owner',
} as const satisfies Partial<Record<IdentityName, string>>
export type DatabaseIdentity = keyof typeof roles
export const databaseIdentities = Object.keys(roles) as readonly DatabaseIdentity[]

/** A database of one test file's own, migrated and empty. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  /** The same pool each time, ended with the database. */
  as(identity: DatabaseIdentity): Promise<Database>
  /** The same with Prisma inside. */
  ormAs(identity: 'auth' | 'streams'): Promise<Database<OrmTx>>
  /** What `createPgDatabase` takes, for services that make their own pools. */
  options(identity: DatabaseIdentity, pool?: number): Promise<PgPoolOptions>
  /** One statement as the superuser, past row-level security: for looking and for spoiling things. */
  superuser(sql: string, params?: readonly unknown[]): Promise<Record<string, unknown>[]>
}

/** Makes a fresh database from the migrated template. */
export async function testDatabase(): Promise<TestDatabase> {
  const servers = await testServers()
  const name = `test_${systemIds.uuid().replaceAll('-', '')}`
  const admin = {
    host: servers.postgres.socket,
    port: servers.postgres.port,
    user: servers.postgres.superuser,
  }
  const once = async (database: string, ...statements: string[]): Promise<void> => {
    const client = new Client({ ...admin, database })
    await client.connect()
    for (const sql of statements) await client.query(sql)
    await client.end()
  }
  const everybody = Object.values(roles).join(', ')
  await once(
    'postgres',
    `CREATE DATABASE ${name} OWNER parley_owner TEMPLATE ${servers.postgres.template}`,
    `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${name} TO ${everybody}`,
  )
  // Tests look at several things at once: statements follow each other on the connection without being queued by the driver.
  const superuser = new Client({ ...admin, database: name, pipeline: true })
  // Ended by DROP DATABASE … FORCE below where a test forgot a pool.
  superuser.on('error', () => {})
  await superuser.connect()

  const pools = new Map<string, Promise<AsyncDisposable>>()
  const pooled = <D extends AsyncDisposable>(key: string, open: () => Promise<D>): Promise<D> => {
    const pool = pools.get(key) ?? open()
    pools.set(key, pool)
    // The key names the kind of pool it was opened as.
    return pool as Promise<D>
  }
  const options = async (identity: DatabaseIdentity, pool = 8): Promise<PgPoolOptions> => ({
    host: '127.0.0.1',
    port: servers.postgres.port,
    database: name,
    role: roles[identity],
    pool,
    tls: await pgTlsOf(servers, identity),
  })
  return {
    name,
    options,
    as: (identity) => pooled(identity, async () => createPgDatabase(await options(identity))),
    ormAs: (identity) => pooled(`orm ${identity}`, async () => createOrmDatabase(await options(identity))),
    async superuser(sql, params = []) {
      const { rows } = await superuser.query<Record<string, unknown>>(sql, [...params])
      return rows
    },
    async [Symbol.asyncDispose]() {
      for (const pool of pools.values()) await (await pool)[Symbol.asyncDispose]()
      await superuser.end()
      await once('postgres', `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}
