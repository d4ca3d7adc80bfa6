import { unavailable } from '@parley/core'
import { Client } from 'pg'
import { clientConfig, type PgConnection } from './connection.ts'

/**
 * Says in which language full-text search knows endings, for the whole server; while no service runs.
 * @param connection as the role that owns the schemas
 * @param language whose endings Postgres knows
 * @returns false where it is so already; otherwise messages are read anew by and by
 */
export async function setSearchLanguage(connection: PgConnection, language: string): Promise<boolean> {
  const client = new Client(clientConfig(connection))
  await client.connect().catch((error: unknown) => {
    throw unavailable(error)
  })
  try {
    const { rows } = await client.query<{ other: boolean }>('SELECT messaging.speak($1) AS other', [language])
    return rows[0]?.other === true
  } finally {
    await client.end()
  }
}
