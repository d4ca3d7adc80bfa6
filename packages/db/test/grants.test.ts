import { type TestDatabase, testDatabase } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

const head = `# What each role may do in the database

Printed from the migrated database as Postgres itself answers (\`has_table_privilege\` and the like, so that what is
granted to PUBLIC counts); a test compares this page with it (\`vitest -u\` prints it anew). What is not here is refused. Rows are held
to their organisation by row-level security besides. \`parley_owner\` owns everything and only migrates.
`

const Row = z.object({ role: z.string(), schema: z.string(), object: z.string(), rights: z.string() })

const roles = `SELECT rolname AS role, oid FROM pg_roles WHERE rolname LIKE 'svc\\_%' OR rolname = 'parley_cli'`
const own = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND n.nspname NOT LIKE 'pg\\_temp%' AND n.nspname NOT LIKE 'pg\\_toast\\_temp%'`

/** Every right of every role on everything in every schema that is not Postgres' own. */
const rights = `
  WITH roles AS (${roles}), held AS (
    SELECT r.role, n.nspname AS schema, '(schema)' AS object, p AS rights FROM roles r, pg_namespace n,
      unnest(ARRAY['USAGE', 'CREATE']) AS p WHERE ${own} AND has_schema_privilege(r.oid, n.oid, p)
    UNION ALL
    -- Partitions are made as days pass; each stands under its table.
    SELECT r.role, n.nspname, CASE WHEN c.relispartition THEN 'partitions of ' || (
        SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1) ELSE c.relname END, p
      FROM roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
      unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
      WHERE ${own} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_table_privilege(r.oid, c.oid, p)
    UNION ALL
    SELECT r.role, n.nspname, c.relname, p || ' (' || string_agg(a.attname, ', ' ORDER BY a.attname) || ')'
      FROM roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid,
      unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS p
      WHERE ${own} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
        AND NOT has_table_privilege(r.oid, c.oid, p) AND has_column_privilege(r.oid, c.oid, a.attnum, p)
      GROUP BY r.role, n.nspname, c.relname, p
    UNION ALL
    SELECT r.role, n.nspname, c.relname, p FROM roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
      unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS p
      WHERE ${own} AND c.relkind = 'S' AND has_sequence_privilege(r.oid, c.oid, p)
    UNION ALL
    -- Nobody calls a trigger's function.
    SELECT r.role, n.nspname, f.proname || '()', 'EXECUTE' FROM roles r, pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
      WHERE ${own} AND f.prorettype <> 'trigger'::regtype AND has_function_privilege(r.oid, f.oid, 'EXECUTE')
        AND has_schema_privilege(r.oid, n.oid, 'USAGE'))
  SELECT role, schema, object, string_agg(DISTINCT rights, ', ' ORDER BY rights) AS rights FROM held
  GROUP BY role, schema, object ORDER BY role COLLATE "C", schema COLLATE "C", object COLLATE "C"`

test('the printed grants are what the database says', async () => {
  const rows = (await db.superuser(rights)).map((row) => Row.parse(row))
  const names = [...new Set(rows.map(({ role }) => role))]
  expect(names).toHaveLength(8)
  const sections = names.map((name) => {
    const lines = rows.filter(({ role }) => role === name)
    const cells = lines.map((row) => `| ${row.schema} | ${row.object} | ${row.rights} |`)
    return [`## ${name}`, '', '| schema | object | rights |', '|---|---|---|', ...cells, ''].join('\n')
  })
  await expect([head, ...sections].join('\n')).toMatchFileSnapshot('../grants.md')
})

test('no role has more than that by its attributes, by membership or on what has no schema', async () => {
  const strong = await db.superuser(
    `SELECT rolname FROM pg_roles WHERE (rolname LIKE 'svc\\_%' OR rolname LIKE 'parley\\_%')
       AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR rolinherit)`,
  )
  expect(strong).toEqual([])
  const members = await db.superuser(
    `SELECT m.roleid::regrole, m.member::regrole FROM pg_auth_members m JOIN (${roles}) r ON r.oid = m.member`,
  )
  expect(members).toEqual([])
  const databases = await db.superuser(
    `WITH roles AS (${roles}) SELECT r.role, p FROM roles r, unnest(ARRAY['CREATE', 'TEMPORARY']) AS p
       WHERE has_database_privilege(r.oid, current_database(), p)`,
  )
  expect(databases).toEqual([])
  const files = await db.superuser(
    `WITH roles AS (${roles}) SELECT r.role, f.oid::regprocedure FROM roles r, pg_proc f
       WHERE f.pronamespace = 'pg_catalog'::regnamespace AND has_function_privilege(r.oid, f.oid, 'EXECUTE')
         -- Those of old extensions are granted, and look for a superuser by themselves.
         AND f.proname !~ '_old$' AND f.proname ~ '^(pg_read_|pg_ls_|pg_stat_file|lo_import|lo_export|pg_reload_conf|pg_rotate_|pg_switch_wal|pg_create_restore|pg_promote)'`,
  )
  expect(files).toEqual([])
})
