import { orgId } from '@parley/core'
import { declarations } from '@parley/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let other: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
})
afterAll(() => h[Symbol.asyncDispose]())

test('a host name finds its organisation, the root host the first one', async () => {
  const find = (subdomain: string | null) => h.call('auth.find-organisation', { subdomain })
  expect(await find(null)).toEqual({ org: acme.org })
  expect(await find('acme')).toEqual({ org: acme.org })
  expect(await find('other')).toEqual({ org: other.org })
  expect(await find('nobody')).toEqual({ org: null })
  expect(await find("' OR true --")).toEqual({ org: null })
})

test('the log begins with the organisation and its owner, and the audited events hold no name', async () => {
  const log = await h.log(acme.org)
  expect(log.slice(0, 5).map((e) => [Number(e.seq), e.type])).toEqual([
    [1, 'organisation.created'],
    [2, 'user.created'],
    [3, 'group.members-added'],
    [4, 'account.created'],
    [5, 'key.created'],
  ])
  const audited = new Set(declarations.filter((d) => d.audited).map((d) => d.type))
  const leaves = JSON.stringify(log.filter((e) => audited.has(e.type)))
  for (const canary of ['Olga', 'acme.example', acme.apiKey, goodPassword])
    expect(leaves).not.toContain(canary)
})

test('a taken subdomain is refused and leaves nothing', async () => {
  const before = await h.db.superuser('SELECT count(*)::int AS n FROM auth.users')
  expect(await refusalOf(h.organisation('acme'))).toContain('400 BAD_REQUEST Subdomain is already in use')
  expect(await h.db.superuser('SELECT count(*)::int AS n FROM auth.users')).toEqual(before)
})

test('a weak password or a wrong name makes no organisation', async () => {
  const make = (changed: object) =>
    refusalOf(
      h.call('auth.create-organisation', {
        name: 'Third',
        subdomain: 'third',
        ownerEmail: 'o@third.example',
        ownerName: 'Otto',
        ownerPassword: goodPassword,
        ...changed,
      }),
    )
  expect(await make({ ownerPassword: 'password1' })).toBe('400 BAD_REQUEST The password is too weak.')
  expect(await make({ ownerName: 'O' })).toBe('400 BAD_REQUEST Name too short!')
  expect(await h.call('auth.find-organisation', { subdomain: 'third' })).toEqual({ org: null })
})

test('server_settings tells of the organisation that the host name stands for', async () => {
  expect(await h.ask('get-server-settings', null, {}, {}, acme.org)).toMatchObject({
    realm_name: 'The acme',
    realm_uri: 'https://chat.example.org',
    zulip_feature_level: 372,
    email_auth_enabled: true,
    is_incompatible: false,
  })
  expect(await h.ask('get-server-settings', null, {}, {}, other.org)).toMatchObject({
    realm_name: 'The other',
  })
  expect(await refusalOf(h.ask('get-server-settings', null, {}, {}, orgId(99_999)))).toBe(
    '404 NONEXISTENT_SUBDOMAIN Subdomain required',
  )
})

test('no table of accounts can be read outside its organisation', async () => {
  const Row = z.object({ mine: z.int(), foreign: z.int() })
  for (const table of ['users', 'passwords', 'api_keys', 'v1_actors', 'v1_people', 'system_bots']) {
    const count = (org: number) =>
      h.auth.read(orgId(org), (tx) =>
        tx.query(
          Row,
          `SELECT count(*) FILTER (WHERE org_id = $1)::int AS mine,
                  count(*) FILTER (WHERE org_id <> $1)::int AS foreign FROM auth.${table}`,
          [acme.org],
        ),
      )
    // The organisation's bot has a name, and is no account.
    const mine = table === 'v1_people' ? 2 : 1
    expect([table, await count(acme.org)]).toEqual([table, [{ mine, foreign: 0 }]])
    expect([table, await count(0)]).toEqual([table, [{ mine: 0, foreign: 0 }]])
  }
})

test('the views tell other schemas what the presenters tell clients', async () => {
  const [row] = await h.auth.read(orgId(acme.org), (tx) =>
    tx.query(
      z.object({ avatar_url: z.string(), email: z.string(), full_name: z.string() }),
      'SELECT avatar_url, email, full_name FROM auth.v1_people WHERE user_id = $1',
      [acme.user],
    ),
  )
  expect(await h.ask('get-own-user', acme)).toMatchObject(row ?? { avatar_url: 'none' })
})

const views = ['v1_actors', 'v1_people', 'v1_organisation', 'v1_system_bots']
const tables = ['users', 'passwords', 'api_keys', 'sessions', 'organisations', 'system_bots']

test.each([
  ['streams', views],
  ['messaging', views],
  // Names and addresses are nothing to the gateway.
  ['gateway', ['v1_actors', 'v1_system_bots']],
] satisfies ['streams' | 'messaging' | 'gateway', string[]][])(
  '%s reads %j and nothing else',
  async (service, mayRead) => {
    const pool = await h.db.as(service)
    const read = (what: string) =>
      pool.read(orgId(acme.org), (tx) => tx.query(z.unknown(), `SELECT * FROM auth.${what}`))
    for (const view of mayRead) expect(await read(view)).toHaveLength(view === 'v1_people' ? 2 : 1)
    for (const other of [...views, ...tables].filter((name) => !mayRead.some((may) => may === name)))
      await expect(read(other)).rejects.toThrow('permission denied')
  },
)

test('this service may write every event it declares, and no other', async () => {
  const rows = await h.db.superuser(
    `SELECT type FROM events.emitters WHERE role = 'svc_auth' ORDER BY type COLLATE "C"`,
  )
  const own = declarations.filter((d) => d.emitter === 'auth' || d.alsoBy.includes('auth')).map((d) => d.type)
  expect(rows.map((r) => r['type'])).toEqual(own.toSorted())
})

test('an account made by the operator has an address and an organisation', async () => {
  const make = (changed: object) =>
    refusalOf(
      h.call('auth.create-account', {
        org: acme.org,
        email: 'made@acme.example',
        fullName: 'Made Here',
        password: goodPassword,
        role: 400,
        ...changed,
      }),
    )
  expect(await make({ email: 'nowhere' })).toBe('400 BAD_REQUEST Bad name or username')
  expect(await make({ org: 99_999 })).toBe('400 BAD_REQUEST No such organization')
  expect(await make({ password: 'acme' })).toBe('400 BAD_REQUEST The password is too weak.')
})
