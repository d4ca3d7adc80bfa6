import { fullFrom, isFullMember, role, type Role, systemGroupsOf } from '@parley/access'
import { orgId, userId } from '@parley/core'
import { size, type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Database, readActor, sqlState, type Tx } from '../src/index.ts'

let db: TestDatabase
let auth: Database
beforeAll(async () => {
  db = await testDatabase()
  auth = await db.as('auth')
})
afterAll(() => db[Symbol.asyncDispose]())

const runs = size(20, 300)
const system = [1, 2, 3, 4, 5, 6, 7, 8] as const
const Ids = z.object({ id: z.int() })
let organisations = 0

async function organisation(people: readonly { role: Role; active: boolean }[]) {
  const org = orgId(++organisations)
  const users = await auth.write(org, async (tx) => {
    await tx.execute(
      'INSERT INTO auth.organisations (org_id, subdomain, name, created_at) VALUES ($1, $2, $2, now())',
      [org, `org${org}`],
    )
    await tx.execute('SELECT events.begin_log($1)', [org])
    const ids: number[] = []
    for (const [i, { role: as }] of people.entries()) {
      const email = `u${i}@example.com`
      const [row] = await tx.query(
        Ids,
        `INSERT INTO auth.users (org_id, email, delivery_email, full_name, role, date_joined)
         VALUES ($1, $2, $2, 'U', $3, now()) RETURNING user_id AS id`,
        [org, email, as],
      )
      ids.push(row?.id ?? 0)
    }
    const gone = ids.filter((_, i) => people[i]?.active === false)
    await tx.execute('UPDATE auth.users SET is_active = false WHERE org_id = $1 AND user_id = ANY ($2)', [
      org,
      gone,
    ])
    return ids
  })
  return { org, users }
}

async function group(tx: Tx, name: string, deactivated = false): Promise<number> {
  const [row] = await tx.query(
    Ids,
    'INSERT INTO auth.user_groups (org_id, name, created_at, deactivated) VALUES ($1, $2, now(), $3) RETURNING group_id AS id',
    [tx.org, name, deactivated],
  )
  return row?.id ?? 0
}
const join = (tx: Tx, into: number, user: number): Promise<number> =>
  tx.execute('INSERT INTO auth.user_group_members VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    tx.org,
    into,
    user,
  ])
const nest = (tx: Tx, into: number, subgroup: number): Promise<number> =>
  tx.execute('INSERT INTO auth.user_group_subgroups VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    tx.org,
    into,
    subgroup,
  ])
const valued = async (tx: Tx, members: readonly number[], subgroups: readonly number[]): Promise<number> => {
  const [row] = await tx.query(Ids, 'SELECT auth.v1_setting_group($1, $2, $3) AS id', [
    tx.org,
    members,
    subgroups,
  ])
  return row?.id ?? 0
}

const someGraph = fc.record({
  people: fc.array(fc.record({ role: fc.constantFrom(...Object.values(role)), active: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  }),
  groups: fc.array(
    fc.record({
      deactivated: fc.boolean(),
      members: fc.array(fc.nat(4), { maxLength: 3 }),
      // The groups of roles, and groups that come before: no circles.
      subgroups: fc.array(
        fc.oneof(
          fc.constantFrom(...system),
          fc.integer({ min: 0, max: 7 }).map((n) => -n),
        ),
        {
          maxLength: 3,
        },
      ),
      value: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
})

test('RO-02 the groups of each account are those that a naive walk finds, and the members of each group too', async () => {
  await fc.assert(
    fc.asyncProperty(someGraph, async (given) => {
      const { org, users } = await organisation(given.people)
      const made: { id: number; members: number[]; subgroups: number[] }[] = []
      await auth.write(org, async (tx) => {
        const named: number[] = []
        for (const [i, wanted] of given.groups.entries()) {
          const members = wanted.members.map((n) => users[n % users.length] ?? 0)
          const subgroups = wanted.subgroups.flatMap((n) =>
            n > 0 ? [n] : (named[-n % Math.max(1, named.length)] ?? []),
          )
          if (wanted.value) {
            const id = await valued(tx, members, subgroups)
            // One group and nobody else is that group itself.
            if (!subgroups.includes(id)) made.push({ id, members, subgroups })
            continue
          }
          const id = await group(tx, `group ${i}`, wanted.deactivated)
          for (const user of members) await join(tx, id, user)
          for (const subgroup of subgroups) await nest(tx, id, subgroup)
          named.push(id)
          made.push({ id, members, subgroups })
        }
      })

      const inside = (user: number, id: number): boolean => {
        const person = given.people[users.indexOf(user)]
        if (!person?.active) return false
        if (id <= 8) return [...systemGroupsOf(person.role)].some((system) => Number(system) === id)
        return made.some(
          (g) => g.id === id && (g.members.includes(user) || g.subgroups.some((sub) => inside(user, sub))),
        )
      }
      const ids = [...new Set([...system, ...made.map(({ id }) => id)])].sort((a, b) => a - b)
      for (const user of users) {
        const { actor } = await auth.read(org, (tx) => readActor(tx, userId(user)))
        expect([...(actor?.groups ?? [])]).toEqual(ids.filter((id) => inside(user, id)))
      }
      for (const id of ids) {
        const members = await auth.read(org, (tx) =>
          tx.query(Ids, 'SELECT user_id AS id FROM auth.v1_members_of($1, ARRAY[$2::int])', [org, id]),
        )
        expect(members.map((row) => row.id)).toEqual(users.filter((user) => inside(user, id)))
      }
    }),
    { numRuns: runs },
  )
})

const day = 86_400_000
const someWait = fc.record({
  days: fc.oneof(fc.nat(5), fc.constantFrom(30, 2_147_483_647)),
  now: fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 }),
  // Nothing was ever set, or something else, or this.
  kept: fc.constantFrom('no row', 'another', 'this', 'this'),
  people: fc.array(
    fc.record({
      role: fc.constantFrom(role.member, role.member, ...Object.values(role)),
      // Whole days of the waiting period are over, less or more by so many milliseconds: at the very boundary too.
      days: fc.option(fc.nat(6)),
      off: fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -day, max: day })),
    }),
    { minLength: 1, maxLength: 4 },
  ),
})

test('who is a full member is what the rules say, at any moment', async () => {
  const Groups = z.object({ user_id: z.int(), group_ids: z.array(z.int()) })
  const From = z.object({ at: z.coerce.number().nullable() })
  await fc.assert(
    fc.asyncProperty(someWait, async ({ days: set, kept, now, people }) => {
      const days = kept === 'this' ? set : 0
      const joined = people.map((person) => now - (person.days ?? Math.min(days, 30)) * day + person.off)
      const { org, users } = await organisation(people.map((person) => ({ ...person, active: true })))
      const read = await auth.write(org, async (tx) => {
        if (kept !== 'no row')
          await tx.execute('INSERT INTO auth.settings (org_id, settings) VALUES ($1, $2)', [
            org,
            JSON.stringify(kept === 'this' ? { waiting_period_threshold: days } : { invite_required: true }),
          ])
        const full = await group(tx, 'full')
        await nest(tx, full, 4)
        for (const [i, user] of users.entries())
          await db.superuser(
            'UPDATE auth.users SET date_joined = to_timestamp($2 / 1000.0) WHERE user_id = $1',
            [user, joined[i]],
          )
        const at = [org, new Date(now)]
        return {
          full,
          of: await tx.query(Groups, 'SELECT * FROM auth.v1_groups_of($1, $3, $2) ORDER BY user_id', [
            ...at,
            users,
          ]),
          within: await tx.query(Ids, 'SELECT user_id AS id FROM auth.v1_members_of($1, $3, $2)', [
            ...at,
            [full],
          ]),
          from: await tx.query(
            From,
            'SELECT extract(epoch FROM full_from) * 1000 AS at FROM auth.v1_actors WHERE org_id = $1 ORDER BY user_id',
            [org],
          ),
        }
      })
      const from = joined.map((at) => fullFrom(at, days))
      const is = people.map((person, i) => isFullMember(person.role, from[i] ?? null, now))
      expect(read.of.map(({ group_ids }) => group_ids)).toEqual(
        people.map((person, i) => [...systemGroupsOf(person.role, is[i]), ...(is[i] ? [read.full] : [])]),
      )
      expect(read.within.map(({ id }) => id)).toEqual(users.filter((_, i) => is[i]))
      expect(read.from.map(({ at }) => at)).toEqual(
        people.map((person, i) => (person.role === role.member ? from[i] : null)),
      )
    }),
    { numRuns: runs },
  )
})

const circle = async (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    (error: unknown) => {
      expect(sqlState(error)).toBe('PR110')
      return true
    },
  )

test('no group comes into itself, however long the way round', async () => {
  const { org } = await organisation([{ role: role.owner, active: true }])
  const [a, b, c] = await auth.write(org, async (tx) => [
    await group(tx, 'a'),
    await group(tx, 'b'),
    await group(tx, 'c'),
  ])
  if (!a || !b || !c) throw new Error('no groups')
  await auth.write(org, async (tx) => {
    await nest(tx, a, b)
    await nest(tx, b, c)
  })
  expect(await circle(auth.write(org, (tx) => nest(tx, c, a)))).toBe(true)
  expect(await circle(auth.write(org, (tx) => nest(tx, a, a)))).toBe(true)
  expect(await circle(auth.write(org, (tx) => nest(tx, a, c)))).toBe(false)
})

test('two halves of a circle that come at the same moment do not both get in', async () => {
  const { org } = await organisation([{ role: role.owner, active: true }])
  for (let i = 0; i < 5; i++) {
    const [a, b] = await auth.write(org, async (tx) => [await group(tx, `a${i}`), await group(tx, `b${i}`)])
    if (!a || !b) throw new Error('no groups')
    const refused = await Promise.all([
      circle(auth.write(org, (tx) => nest(tx, a, b))),
      circle(auth.write(org, (tx) => nest(tx, b, a))),
    ])
    expect(refused.filter(Boolean)).toHaveLength(1)
  }
})

test('a value is no subgroup, and the same value is the same group', async () => {
  const { org, users } = await organisation([
    { role: role.owner, active: true },
    { role: role.member, active: false },
  ])
  const [first = 0, second = 0] = users
  await auth.write(org, async (tx) => {
    const named = await group(tx, 'named')
    const value = await valued(tx, [second, first, second], [6])
    expect(await valued(tx, [first, second], [6, 6])).toBe(value)
    expect(await valued(tx, [first], [6])).not.toBe(value)
    expect([await valued(tx, [], [named]), await valued(tx, [], [6])]).toEqual([named, 6])
    const Value = z.object({ direct_members: z.array(z.int()), direct_subgroups: z.array(z.int()) })
    expect(
      await tx.query(Value, 'SELECT * FROM auth.v1_setting_values($1, $2)', [org, [value, named, 6]]),
    ).toEqual([{ direct_members: [first], direct_subgroups: [6] }])
  })
  const state = await auth
    .write(org, async (tx) => nest(tx, await group(tx, 'other'), await valued(tx, [first, second], [])))
    .catch((error: unknown) => sqlState(error))
  expect(state).toBe('23503')
})

describe('values that no setting uses', () => {
  const day = 86_400_000
  const sweep = (tx: Tx, at: number): Promise<number> =>
    tx
      .query(
        Ids,
        'SELECT auth.v1_sweep_values($1, to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0), 2) AS id',
        [tx.org, at, at - day],
      )
      .then(([row]) => row?.id ?? -1)
  const left = (tx: Tx): Promise<number[]> =>
    tx
      .query(
        Ids,
        'SELECT group_id AS id FROM auth.user_groups WHERE org_id = $1 AND name IS NULL ORDER BY 1',
        [tx.org],
      )
      .then((rows) => rows.map(({ id }) => id))
  const manage = (tx: Tx, of: number, value: number) =>
    tx.execute('UPDATE auth.user_groups SET can_manage_group = $3 WHERE org_id = $1 AND group_id = $2', [
      tx.org,
      of,
      value,
    ])
  const someone = { role: role.member, active: true }

  test('go a day after they were seen to be unused, some at a time; what is used stays', async () => {
    const { org, users } = await organisation([someone, someone, someone])
    const [a = 0, b = 0, c = 0] = users
    const at = <R>(fn: (tx: Tx) => Promise<R>) => auth.write(org, fn)
    const [over, realm, ...loose] = await at(async (tx) => [
      await valued(tx, [a], []),
      await valued(tx, [b], []),
      await valued(tx, [a, b], []),
      await valued(tx, [a, c], [6]),
      await valued(tx, [b, c], []),
    ])
    await at(async (tx) => {
      await manage(tx, await group(tx, 'crew'), over ?? 0)
      await tx.execute('INSERT INTO auth.settings (org_id, permissions) VALUES ($1, $2)', [
        org,
        JSON.stringify({ can_create_groups: realm }),
      ])
    })
    expect(await at((tx) => sweep(tx, 0))).toBe(0)
    expect(await at((tx) => sweep(tx, day))).toBe(0)
    expect(await at((tx) => sweep(tx, day + 1))).toBe(2)
    expect(await at((tx) => sweep(tx, day + 1))).toBe(1)
    expect(await at((tx) => sweep(tx, 9 * day))).toBe(0)
    expect(await at(left)).toEqual([over, realm])
    const rows = await db.superuser(
      `SELECT group_id FROM auth.user_group_members WHERE org_id = $1 AND group_id = ANY ($2)
       UNION ALL SELECT group_id FROM auth.user_group_subgroups WHERE org_id = $1 AND group_id = ANY ($2)`,
      [org, loose],
    )
    expect(rows).toEqual([])
  })

  test('one that is used again stays, also where that is not committed yet; one that is gone is made anew', async () => {
    const { org, users } = await organisation([someone])
    const value = (tx: Tx) => valued(tx, users, [])
    const first = await auth.write(org, value)
    const crew = await auth.write(org, (tx) => group(tx, 'crew'))
    await auth.write(org, (tx) => sweep(tx, 0))
    await auth.write(org, async (tx) => {
      await manage(tx, crew, await value(tx))
      expect(await auth.write(org, (other) => sweep(other, 2 * day))).toBe(0)
    })
    await auth.write(org, (tx) => sweep(tx, 3 * day))
    expect(await auth.write(org, (tx) => sweep(tx, 9 * day))).toBe(0)
    expect(await auth.write(org, value)).toBe(first)
    await auth.write(org, (tx) => manage(tx, crew, 8))
    await auth.write(org, (tx) => sweep(tx, 10 * day))
    // Used when it was written down, and not since: whatever says so is not believed.
    await auth.write(org, (tx) => manage(tx, crew, first))
    expect(await auth.write(org, (tx) => sweep(tx, 12 * day))).toBe(0)
    await auth.write(org, (tx) => manage(tx, crew, 8))
    await auth.write(org, (tx) => sweep(tx, 13 * day))
    expect(await auth.write(org, (tx) => sweep(tx, 15 * day))).toBe(1)
    expect(await auth.write(org, value)).toBeGreaterThan(first)
  })

  test('every column that names a group is looked at', async () => {
    const [source] = await db.superuser(
      `SELECT pg_get_functiondef('auth.v1_groups_in_settings(integer)'::regprocedure) AS text`,
    )
    const columns = await db.superuser(
      `SELECT DISTINCT column_name AS name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE t.table_type = 'BASE TABLE' AND table_schema IN ('auth', 'streams', 'messaging', 'uploads')
          AND data_type = 'integer' AND column_name LIKE 'can\\_%\\_group'`,
    )
    expect(columns.length).toBeGreaterThan(16)
    expect(columns.filter(({ name }) => !String(source?.['text']).includes(String(name)))).toEqual([])
  })
})
