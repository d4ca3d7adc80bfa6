import pg from 'pg'
import { bareConnection } from './bare-pg.ts'

export interface BareSql {
  /** Postgres' processes behind the connections. */
  readonly pids: readonly number[]
  ownUser(): Promise<object>
}

/** The statement of `GET /users/me`, as the auth service's role over mutual TLS, without anything around them. */
export async function bareSql(
  data: string,
  { org, user, port }: { readonly org: number; readonly user: number; readonly port: number },
): Promise<BareSql> {
  const pool = new pg.Pool({
    ...bareConnection(data, 'auth', port),
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
      const { rows } = await pool.query<object>('SELECT * FROM auth.own_accounts($1, $2)', [org, [user]])
      return rows[0] ?? {}
    },
  }
}
