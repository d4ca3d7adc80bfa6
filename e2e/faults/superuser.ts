import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Product } from '../product.ts'

/** Runs statements as the database's superuser, over the socket that only the operator reaches. */
export async function superuser(
  product: Pick<Product, 'data' | 'state'>,
  ...statements: readonly string[]
): Promise<Record<string, unknown>[]> {
  const port = product.state().processes.find(({ name }) => name === 'postgres')?.port ?? 0
  const home = readHome(join(product.data, 'postgres'))
  const client = new Client({ host: join(home, 'socket'), port, user: 'postgres', database: 'parley' })
  await client.connect()
  try {
    const rows: Record<string, unknown>[] = []
    for (const sql of statements) rows.push(...(await client.query<Record<string, unknown>>(sql)).rows)
    return rows
  } finally {
    await client.end()
  }
}

/** Postgres' files may be elsewhere, where its user reaches them; then a note says where. */
function readHome(dir: string): string {
  try {
    return readFileSync(join(dir, 'home'), 'utf8').trim()
  } catch {
    return dir
  }
}
