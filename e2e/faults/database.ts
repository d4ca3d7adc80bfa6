import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { z } from 'zod'
import type { Product } from '../product.ts'

const Ports = z.looseObject({ postgres: z.int() })

/** One statement as the superuser, past row-level security, over the admin socket of this installation. */
export async function superuser<S extends z.ZodType>(
  { data }: Pick<Product, 'data'>,
  row: S,
  sql: string,
  params: readonly unknown[] = [],
): Promise<z.infer<S>[]> {
  const { postgres: port } = Ports.parse(JSON.parse(readFileSync(join(data, 'ports.json'), 'utf8')))
  const note = join(data, 'postgres', 'home')
  const home = existsSync(note) ? readFileSync(note, 'utf8').trim() : join(data, 'postgres')
  const client = new Client({ host: join(home, 'socket'), port, user: 'postgres', database: 'parley' })
  // Ended by a fault of the test: the statement says so.
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query(sql, [...params])
    return rows.map((one: unknown) => row.parse(one))
  } finally {
    await client.end()
  }
}
