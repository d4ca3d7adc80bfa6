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

const Drawn = z.object({ drawn: z.coerce.number() })

/** A table of every service that answers writes: messages, marks, reactions, who is in a channel, accounts. */
const conflicting = [
  'messaging.messages',
  'messaging.read_state',
  'messaging.reactions',
  'streams.subscriptions',
  'auth.users',
] as const

/**
 * While `during` runs, a third of all rows that are written to some tables meets a deadlock or a serialization failure;
 * what `raised` says is how many have so far, in the table where there were fewest.
 */
export async function conflicts(
  product: Pick<Product, 'data'>,
  during: (raised: () => Promise<number>) => Promise<void>,
): Promise<void> {
  const run = (sql: string) => superuser(product, z.unknown(), sql)
  const sequence = (table: string): string => `public.conflicts_${table.replace('.', '_')}`
  await run(`CREATE FUNCTION public.conflict() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF random() > 0.33 THEN RETURN NEW; END IF;
      PERFORM nextval(TG_ARGV[0]::regclass);
      IF random() > 0.5 THEN RAISE EXCEPTION 'conflict' USING ERRCODE = '40P01'; END IF;
      RAISE EXCEPTION 'conflict' USING ERRCODE = '40001';
    END $$`)
  for (const table of conflicting) {
    // A sequence goes on counting where the transaction is rolled back.
    await run(`CREATE SEQUENCE ${sequence(table)}`)
    await run(`CREATE TRIGGER conflict BEFORE INSERT OR UPDATE ON ${table}
      FOR EACH ROW EXECUTE FUNCTION public.conflict('${sequence(table)}')`)
  }
  const drawn = (table: string): string =>
    `(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ${sequence(table)})`
  try {
    await during(async () => {
      const sql = `SELECT least(${conflicting.map(drawn).join(', ')}) AS drawn`
      return (await superuser(product, Drawn, sql))[0]?.drawn ?? 0
    })
  } finally {
    for (const table of conflicting) await run(`DROP TRIGGER conflict ON ${table}`)
    await run('DROP FUNCTION public.conflict')
    for (const table of conflicting) await run(`DROP SEQUENCE ${sequence(table)}`)
  }
}
