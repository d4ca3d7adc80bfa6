import { type TestDatabase, testDatabase } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

const ours = `('auth', 'streams', 'messaging', 'uploads', 'audit', 'events', 'gateway')`

/** Tables that hold nobody's data, and why they are read across organisations. */
const withoutOrganisation = [
  // Found by host name before an organisation is known.
  'auth.organisations',
]

async function names(sql: string): Promise<string[]> {
  return (await db.superuser(sql)).map((row) => String(row['name']))
}

test('TE-01 every table with an organisation has row-level security that holds for its owner too', async () => {
  const open = await names(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
       WHERE c.relnamespace::regnamespace::text IN ${ours} AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity
           AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
       ORDER BY 1`,
  )
  expect(open.filter((name) => !withoutOrganisation.includes(name))).toEqual([])
})

test('every key of a table with an organisation holds it', async () => {
  const loose = await names(
    `SELECT c.conrelid::regclass || ' ' || c.conname AS name FROM pg_constraint c
       JOIN pg_class t ON t.oid = c.conrelid AND NOT t.relispartition
       JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'org_id'
       WHERE t.relnamespace::regnamespace::text IN ${ours} AND c.contype = 'p' AND NOT a.attnum = ANY (c.conkey)`,
  )
  expect(loose).toEqual([])
})

test('foreign keys between tables with organisations cannot point into another', async () => {
  const crossing = await names(
    `SELECT c.conrelid::regclass || ' ' || c.conname AS name FROM pg_constraint c
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attname = 'org_id'
       JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attname = 'org_id'
       WHERE c.connamespace::regnamespace::text IN ${ours} AND c.contype = 'f'
         AND NOT EXISTS (SELECT FROM generate_subscripts(c.conkey, 1) i
           WHERE c.conkey[i] = a.attnum AND c.confkey[i] = b.attnum)`,
  )
  expect(crossing).toEqual([])
})

test('every function that runs as its owner has a search path of its own, temporary schemas last', async () => {
  const loose = await names(
    `SELECT p.oid::regprocedure::text AS name FROM pg_proc p
       WHERE p.pronamespace::regnamespace::text IN ${ours} AND p.prosecdef
         AND NOT EXISTS (SELECT FROM unnest(p.proconfig) s WHERE s = 'search_path=pg_catalog, pg_temp')`,
  )
  expect(loose).toEqual([])
})

test('what is asked for every send is planned once', async () => {
  expect(
    await names(
      `SELECT p.proname AS name FROM pg_proc p WHERE p.pronamespace = 'messaging'::regnamespace
         AND 'plan_cache_mode=force_generic_plan' = ANY (p.proconfig) AND p.proname LIKE 'send\\_%' ORDER BY 1`,
    ),
  ).toEqual(['send_batch', 'send_facts'])
})

test('nothing of ours is open to everybody', async () => {
  expect(
    await names(
      `SELECT p.oid::regprocedure::text AS name FROM pg_proc p
         WHERE p.pronamespace::regnamespace::text IN ${ours}
           AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g WHERE g.grantee = 0)`,
    ),
  ).toEqual([])
  expect(
    await names(
      `SELECT c.oid::regclass::text AS name FROM pg_class c, aclexplode(c.relacl) g
         WHERE c.relnamespace::regnamespace::text IN ${ours} AND g.grantee = 0`,
    ),
  ).toEqual([])
})

test('everything belongs to the owner, which no service is a member of', async () => {
  expect(
    await names(
      `SELECT c.oid::regclass::text AS name FROM pg_class c
         WHERE c.relnamespace::regnamespace::text IN ${ours} AND pg_get_userbyid(c.relowner) <> 'parley_owner'`,
    ),
  ).toEqual([])
  expect(
    await names(
      `SELECT pg_get_userbyid(member) AS name FROM pg_auth_members WHERE pg_get_userbyid(roleid) LIKE ANY (ARRAY['svc%', 'parley%'])`,
    ),
  ).toEqual([])
})

test('no service can read another service’s tables', async () => {
  const crossing = await names(
    `SELECT r.rolname || ' ' || c.oid::regclass AS name
       FROM pg_class c, pg_roles r
       WHERE c.relnamespace::regnamespace::text IN ('auth', 'streams', 'messaging', 'uploads', 'audit', 'gateway')
         AND c.relkind IN ('r', 'p') AND r.rolname LIKE 'svc%'
         AND r.rolname <> 'svc_' || c.relnamespace::regnamespace::text
         AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`,
  )
  expect(crossing).toEqual([])
})

test('gateways read no names and no addresses of people', async () => {
  expect(
    await names(
      `SELECT t AS name FROM unnest(ARRAY['auth.users', 'auth.v1_people', 'auth.v1_organisation']) t
         WHERE has_table_privilege('svc_gateway', t, 'SELECT')`,
    ),
  ).toEqual([])
})

test('row-level security lets every index be used', async () => {
  // Only leakproof operators on bare columns reach an index of a table with row-level security; what words are found by
  // stands within a policy (services/messaging/test/search.test.ts sees that index used).
  const useless = await names(
    `SELECT i.indexrelid::regclass || ' ' || pg_get_indexdef(i.indexrelid, at::integer, true) AS name
       FROM pg_index i
       JOIN pg_class t ON t.oid = i.indrelid AND t.relrowsecurity
       CROSS JOIN generate_series(1, i.indnkeyatts) AS at
       JOIN pg_opclass c ON c.oid = i.indclass[at - 1]
       WHERE t.relnamespace::regnamespace::text IN ${ours}
        AND i.indexrelid <> 'messaging.words_of_messages'::regclass AND (i.indkey[at - 1] = 0 OR EXISTS (
         SELECT FROM pg_amop o JOIN pg_operator op ON op.oid = o.amopopr JOIN pg_proc p ON p.oid = op.oprcode
           WHERE o.amopfamily = c.opcfamily AND o.amoplefttype = c.opcintype AND o.amoprighttype = c.opcintype
             AND NOT p.proleakproof))
       ORDER BY 1`,
  )
  expect(useless).toEqual([])
})
