import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

export interface BareSql {
  /** Postgres' processes behind the connections. */
  readonly pids: readonly number[]
  ownUser(): Promise<object>
}

/** The statements of `GET /users/me`, as the auth service's role over mutual TLS, without anything around them. */
export async function bareSql(
  data: string,
  { org, user, port }: { readonly org: number; readonly user: number; readonly port: number },
): Promise<BareSql> {
  const file = (name: string): string => readFileSync(join(data, 'certs', 'auth', name), 'utf8')
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port,
    database: 'parley',
    user: 'svc_auth',
    ssl: { ca: file('ca.crt'), cert: file('client.crt'), key: file('client.key'), minVersion: 'TLSv1.3' },
    max: 10,
    pipeline: true,
  })
  const clients = await Promise.all(Array.from({ length: 10 }, () => pool.connect()))
  const pids = await Promise.all(
    clients.map(async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      return rows[0]?.pid ?? 0
    }),
  )
  for (const client of clients) client.release()
  return {
    pids,
    async ownUser() {
      const client = await pool.connect()
      try {
        const all = await Promise.all([
          client.query(
            `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT set_config('app.org', '${org}', true)`,
          ),
          client.query(
            `SELECT h.rights, h.org_id, a.user_id, a.role, a.is_active, a.is_bot, a.bot_owner_id, a.generation
               FROM events.head h
               LEFT JOIN auth.v1_actors a ON a.org_id = h.org_id AND a.user_id = $2
              WHERE h.org_id = $1`,
            [org, user],
          ),
          client.query(
            `SELECT user_id, email, delivery_email, email_address_visibility, full_name, role, is_active, is_bot, bot_type,
                    bot_owner_id, date_joined, timezone, avatar_version, generation
               FROM auth.users WHERE org_id = $1 AND user_id = $2`,
            [org, user],
          ),
          client.query('COMMIT'),
        ])
        return all[2]?.rows[0] as object
      } finally {
        client.release()
      }
    },
  }
}
