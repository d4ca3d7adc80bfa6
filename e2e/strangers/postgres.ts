import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import type { Product, Scene } from '../product.ts'
import { pairOf, read } from './certificates.ts'

const roles = {
  gateway: 'svc_gateway',
  auth: 'svc_auth',
  streams: 'svc_streams',
  messaging: 'svc_messaging',
  uploads: 'svc_uploads',
  audit: 'svc_audit',
  relay: 'svc_relay',
  cli: 'parley_cli',
} as const
type Identity = keyof typeof roles

/** One table of each schema; its own service aside nobody may touch it. */
const tables: Readonly<Record<string, string>> = {
  auth: 'auth.api_keys',
  streams: 'streams.subscriptions',
  messaging: 'messaging.messages',
  gateway: 'gateway.queues',
  uploads: 'uploads.keys',
  audit: 'audit.leaves',
}
/** An event that only messaging may emit. */
const sent = JSON.stringify({
  type: 'message.sent',
  body: {},
  users: [],
  channel: null,
  changes_rights: false,
  revokes: false,
})
// What nobody may do, whoever they are.
const never = [
  "INSERT INTO events.log (org_id, seq, type, body) VALUES (1, 1, 'message.sent', '{}')",
  'UPDATE events.head SET seq = seq + 1',
  'DELETE FROM events.log',
  'SET ROLE parley_owner',
  'SET SESSION AUTHORIZATION postgres',
  'CREATE SCHEMA mine',
  'CREATE TABLE public.mine (a int)',
  'CREATE TEMPORARY TABLE mine (a int)',
  'CREATE EXTENSION dblink SCHEMA pg_catalog',
  "COPY (SELECT 1) TO PROGRAM 'true'",
  "COPY (SELECT 1) TO '/dev/null'",
  "SELECT pg_read_file('postgresql.conf')",
  "SELECT pg_ls_dir('.')",
  'SELECT pg_reload_conf()',
  'SELECT passwd FROM pg_shadow',
  'SELECT rolpassword FROM pg_authid',
  'ALTER SYSTEM SET ssl = off',
  'ALTER TABLE auth.users DISABLE ROW LEVEL SECURITY',
  'ALTER ROLE CURRENT_USER SUPERUSER',
] as const

export function testPostgres(at: () => Product, stage: () => Scene): void {
  const options = (identity: string, role: string, database = 'parley') => {
    const { data, processes } = at().state()
    const port = processes.find(({ name }) => name === 'postgres')?.port ?? 0
    const ssl = { ...pairOf(data, identity), ca: read(data, 'certs/cli/ca.crt') }
    return { host: '127.0.0.1', port, database, user: role, ssl, connectionTimeoutMillis: 15_000 }
  }
  const as = async <R>(identity: Identity, work: (client: Client) => Promise<R>): Promise<R> => {
    const client = new Client(options(identity, roles[identity]))
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  /** Connects, or says why not. */
  const attempt = async (given: object): Promise<string> => {
    const client = new Client(given)
    client.on('error', () => {})
    return client.connect().then(
      () => client.end().then(() => 'in'),
      (error: Error) => error.message,
    )
  }
  const outcome = (client: Client, sql: string): Promise<string> =>
    client.query(sql).then(
      () => 'done',
      (error: Error) => error.message,
    )
  const identities = Object.keys(roles) as Identity[]

  describe('at Postgres', () => {
    test('nobody signs in as another, to another database, or by anything but a certificate', async () => {
      for (const identity of identities) {
        expect(await attempt(options(identity, roles[identity]))).toBe('in')
        const others = identities.filter((other) => other !== identity).map((other) => roles[other])
        for (const role of [...others, 'parley_owner', 'postgres'])
          expect([role, await attempt(options(identity, role))]).toEqual([
            role,
            expect.stringMatching(/authentication failed|no pg_hba.conf entry|rejects connection/),
          ])
        for (const database of ['postgres', 'template1'])
          expect([database, await attempt(options(identity, roles[identity], database))]).toEqual([
            database,
            `permission denied for database "${database}"`,
          ])
        const { ssl, ...plain } = options(identity, roles[identity])
        expect(await attempt({ ...plain, password: 'x', ssl: { ca: ssl.ca } })).not.toBe('in')
      }
    })

    test.each(identities)(
      'M-06 %s does nothing that is nobody’s, and touches no other service’s tables',
      async (identity) => {
        const done = await as(identity, async (client) => {
          const sql = [
            ...never,
            ...(identity === 'messaging' ? [] : [`SELECT events.append(1, NULL, '[${sent}]')`]),
            ...Object.entries(tables).flatMap(([service, table]) =>
              service === identity
                ? []
                : [
                    `SELECT * FROM ${table}`,
                    `DELETE FROM ${table}`,
                    `TRUNCATE ${table}`,
                    `SELECT FROM ${table} FOR UPDATE`,
                  ],
            ),
          ]
          const all: string[] = []
          for (const statement of sql) all.push(`${await outcome(client, statement)}: ${statement}`)
          return all
        })
        expect(done.length).toBeGreaterThan(30)
        expect(
          done.filter(
            (line) =>
              !/^(permission denied|must be|cannot set|column .* does not exist|.*may not emit)/i.test(line),
          ),
        ).toEqual([])
      },
    )

    test('rows of another organisation are not there, and none can be written', async () => {
      const other = stage().org.org_id
      await as('auth', async (client) => {
        const see = async (org: number): Promise<number> => {
          await client.query("SELECT set_config('app.org', $1, false)", [String(org)])
          const { rowCount } = await client.query('SELECT FROM auth.users WHERE org_id = $1', [other])
          return rowCount ?? 0
        }
        expect(await see(other)).toBeGreaterThan(0)
        expect(await see(other + 1)).toBe(0)
        expect(await outcome(client, `UPDATE auth.users SET org_id = ${other + 1} WHERE true`)).not.toMatch(
          /^done/,
        )
        await client.query('RESET app.org')
        expect((await client.query('SELECT FROM auth.users')).rowCount).toBe(0)
        await client.query("SELECT set_config('app.org', $1, false)", [String(other + 1)])
        expect(
          await outcome(
            client,
            `INSERT INTO auth.api_keys (org_id, user_id, sha256, created_at) VALUES (${other}, ${stage().org.owner.user_id}, '\\x00', now())`,
          ),
        ).toMatch(/row-level security/)
      })
    })
  })
}
