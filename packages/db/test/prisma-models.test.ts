import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type TestDatabase, testDatabase } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

/** Postgres' type for each Prisma type that the models use, where no `@db.` says another. */
const types: Readonly<Record<string, string>> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Boolean: 'boolean',
  Bytes: 'bytea',
  '@db.SmallInt': 'smallint',
  '@db.Timestamptz(6)': 'timestamp with time zone',
}

interface Column {
  readonly column: string
  readonly type: string
  readonly nullable: boolean
}

const folder = resolve(import.meta.dirname, '../prisma')
const texts = globSync('*.prisma', { cwd: folder }).map((file) => readFileSync(resolve(folder, file), 'utf8'))
const models = texts.flatMap((text) =>
  [...text.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].map(([, body = '']) => ({
    schema: /@@schema\("(\w+)"\)/.exec(body)?.[1] ?? '',
    table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? '',
    columns: body.split('\n').flatMap(columnOf).toSorted(byName),
  })),
)

function columnOf(line: string): Column[] {
  const [, field, type = '', list, optional, rest = ''] =
    /^ {2}(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(line) ?? []
  if (field === undefined) return []
  const native = /@db\.\w+(\(\d+\))?/.exec(rest)?.[0]
  const name = types[native ?? type] ?? `unknown type ${native ?? type}`
  return [
    {
      column: /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field,
      type: list ? 'ARRAY' : name,
      nullable: optional === '?',
    },
  ]
}

function byName(a: Column, b: Column): number {
  return a.column < b.column ? -1 : 1
}

test('there are models to compare', () => {
  expect(models.length).toBeGreaterThan(3)
})

test.each(models)('the model of $schema.$table has the columns of the table', async (model) => {
  const rows = await db.superuser(
    `SELECT column_name, data_type, is_nullable FROM information_schema.columns
      WHERE table_schema = $1 AND table_name = $2 ORDER BY column_name COLLATE "C"`,
    [model.schema, model.table],
  )
  const columns = rows.map((row) => ({
    column: row['column_name'],
    type: row['data_type'],
    nullable: row['is_nullable'] === 'YES',
  }))
  expect(model.columns).toEqual(columns)
})
