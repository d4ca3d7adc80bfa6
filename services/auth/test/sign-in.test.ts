import { hash } from '@node-rs/argon2'
import { role } from '@parley/access'
import { systemIds } from '@parley/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { AuthContext } from '../src/context.ts'
import { createHasher } from '../src/passwords/hasher.ts'
import { signIn } from '../src/sign-in.ts'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let ada: Made
let gone: Made
let other: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  ada = await h.account(acme.org, 'ada', role.member)
  gone = await h.account(acme.org, 'gone', role.member)
  await h.ask('deactivate-user', acme, {}, { user_id: String(gone.user) })
})
afterAll(() => h[Symbol.asyncDispose]())

const fetchKey = (username: string, password: string, org = acme.org) =>
  h.ask('fetch-api-key', null, { username, password }, {}, org)
const wrong = '401 AUTHENTICATION_FAILED Your username or password is incorrect'

test('a password gives another API key, and the former stays good', async () => {
  const answer = await fetchKey(' ADA@acme.example ', goodPassword)
  expect(answer).toMatchObject({ email: 'ada@acme.example', user_id: ada.user })
  expect(answer['api_key']).toMatch(/^[A-Za-z0-9]{32}$/)
  expect(answer['api_key']).not.toBe(ada.apiKey)
  for (const apiKey of [ada.apiKey, String(answer['api_key'])])
    expect(await h.principal({ ...ada, apiKey })).toMatchObject({ user: ada.user })
})

test('AU-04 keys, tokens and passwords are kept as hashes only', async () => {
  const { api_key: key } = await fetchKey(ada.email, goodPassword)
  const tables = ['users', 'passwords', 'api_keys', 'sessions', 'organisations']
  const rows = await Promise.all(tables.map((t) => h.db.superuser(`SELECT t::text FROM auth.${t} t`)))
  const log = await h.db.superuser('SELECT t::text FROM events.log t')
  const everything = JSON.stringify([rows, log])
  for (const secret of [String(key), ada.apiKey, goodPassword]) expect(everything).not.toContain(secret)
})

test.each([
  ['a wrong password', 'ada@acme.example', `${goodPassword}!`, wrong],
  ['an empty password', 'ada@acme.example', '', wrong],
  ['nobody', 'nobody@acme.example', goodPassword, wrong],
  ['a deactivated account and a wrong password', 'gone@acme.example', 'x', wrong],
  ['a deactivated account', 'gone@acme.example', goodPassword, '401 USER_DEACTIVATED Account is deactivated'],
  ['no address', 'ada', goodPassword, '400 BAD_REQUEST Enter a valid email address.'],
  ['SQL', "ada@acme.example' OR 1=1 --", goodPassword, '400 BAD_REQUEST Enter a valid email address.'],
])('AU-01 %s gives no key', async (_, username, password, refusal) => {
  const before = await h.db.superuser('SELECT count(*) FROM auth.api_keys')
  expect(await refusalOf(fetchKey(username, password))).toBe(refusal)
  expect(await refusalOf(h.ask('create-session', null, { username, password }, {}, acme.org))).toBe(refusal)
  expect(await h.db.superuser('SELECT count(*) FROM auth.api_keys')).toEqual(before)
})

test("another organisation's host knows nothing of the account", async () => {
  expect(await refusalOf(fetchKey(ada.email, goodPassword, other.org))).toBe(wrong)
  const elsewhere = { scheme: 'basic', org: other.org, email: ada.email, apiKey: ada.apiKey }
  expect(await refusalOf(h.call('auth.authenticate', elsewhere))).toBe('401 UNAUTHORIZED Invalid API key')
})

test('AU-01 missing and oversized fields are refused before anything is computed', async () => {
  expect(await refusalOf(h.ask('fetch-api-key', null, { username: ada.email }, {}, acme.org))).toBe(
    "400 REQUEST_VARIABLE_MISSING Missing 'password' argument",
  )
  expect(await refusalOf(fetchKey(ada.email, 'x'.repeat(1025)))).toContain('400 REQUEST_VARIABLE_INVALID')
  expect(await refusalOf(fetchKey(ada.email, 'a\0b'))).toContain('400 REQUEST_VARIABLE_INVALID')
  expect(await refusalOf(fetchKey(ada.email, 'é'.repeat(1000)))).toBe(wrong)
})

test('AU-04 a hash of older parameters is renewed at the next sign-in', async () => {
  const old = await hash(goodPassword, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
  await h.db.superuser('UPDATE auth.passwords SET hash = $1 WHERE user_id = $2', [old, ada.user])
  await fetchKey(ada.email, goodPassword)
  const [row] = await h.db.superuser('SELECT hash FROM auth.passwords WHERE user_id = $1', [ada.user])
  expect(row?.['hash']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  await fetchKey(ada.email, goodPassword)
})

test('F77 AU-03 more sign-ins than the queue holds are refused, not kept waiting', async () => {
  const wide = h.ctx.hasher
  Object.assign(h.ctx, { hasher: await createHasher({ concurrency: 1, queue: 1 }, systemIds) })
  const tries = await Promise.all(
    Array.from({ length: 5 }, () => refusalOf(fetchKey(ada.email, goodPassword))),
  )
  Object.assign(h.ctx, { hasher: wide })
  expect(new Set(tries)).toEqual(new Set(['not refused', '503 UNAVAILABLE Service temporarily unavailable']))
})

test.each([
  ['a key of another shape', { apiKey: 'short' }, 'Malformed API key'],
  ['no key', { apiKey: '' }, 'Malformed API key'],
  ['a key with an umlaut', { apiKey: `${'a'.repeat(31)}ü` }, 'Malformed API key'],
  ['an unknown key', { apiKey: 'a'.repeat(32) }, 'Invalid API key'],
  ["another account's address", { email: 'Owner@acme.example' }, 'Invalid API key'],
])('%s opens nothing', async (_, changed, message) => {
  const credential = { scheme: 'basic', org: acme.org, email: ada.email, apiKey: ada.apiKey, ...changed }
  expect(await refusalOf(h.call('auth.authenticate', credential))).toBe(`401 UNAUTHORIZED ${message}`)
})

test('white space around address and key and the case of the address do not count', async () => {
  expect(
    await h.principal({ ...ada, email: ` ADA@Acme.example `, apiKey: ` ${ada.apiKey}\n` }),
  ).toMatchObject({
    org: acme.org,
    user: ada.user,
  })
})

test("AU-12 a deactivated account's key is refused with the reason", async () => {
  expect(await refusalOf(h.principal(gone))).toBe('401 UNAUTHORIZED Account is deactivated')
})

test('everything in an organisation that has ended is refused', async () => {
  const ended = await h.organisation('ended')
  await h.db.superuser('UPDATE auth.organisations SET deactivated = true WHERE org_id = $1', [ended.org])
  expect(await refusalOf(h.principal(ended))).toBe('401 UNAUTHORIZED This organization has been deactivated')
  expect(await refusalOf(fetchKey(ended.email, goodPassword, ended.org))).toBe(
    '401 REALM_DEACTIVATED This organization has been deactivated',
  )
})

test('AU-17 a bot never signs in by password', async () => {
  const bot = await h.account(acme.org, 'robot', role.member)
  await h.db.superuser('UPDATE auth.users SET is_bot = true, bot_type = 1 WHERE user_id = $1', [bot.user])
  expect(await refusalOf(fetchKey(bot.email, goodPassword))).toBe(wrong)
})

test.each([
  [
    'deactivated',
    'is_active = false, generation = generation + 1',
    '401 USER_DEACTIVATED Account is deactivated',
  ],
  ['signed out everywhere', 'generation = generation + 1', wrong],
])('AU-12 who is %s while the password is checked is not signed in', async (how, change, refusal) => {
  const late = await h.account(acme.org, `late${how.length}`, role.member)
  const hasher = { ...h.ctx.hasher }
  vi.spyOn(h.ctx.hasher, 'verify').mockImplementationOnce(async (...of) => {
    const guess = await hasher.verify(...of)
    await h.db.superuser(`UPDATE auth.users SET ${change} WHERE user_id = $1`, [late.user])
    return guess
  })
  expect(await refusalOf(fetchKey(late.email, goodPassword))).toBe(refusal)
})

test('AU-05 whoever is named, one hash is computed and the database is asked once before the answer', async () => {
  const asked: string[] = []
  const watched = {
    ...h.ctx,
    hasher: {
      ...h.ctx.hasher,
      verify: (...of: Parameters<typeof h.ctx.hasher.verify>) => {
        asked.push('hash')
        return h.ctx.hasher.verify(...of)
      },
    },
    database: {
      ...h.ctx.database,
      read: (...of: Parameters<typeof h.auth.read>) => {
        asked.push('read')
        return h.auth.read(...of)
      },
    },
  } as AuthContext
  for (const username of [ada.email, gone.email, 'nobody@acme.example']) {
    asked.length = 0
    const given = { username, password: 'wrong' }
    const request = { org: acme.org, url: '', client: '', ip: '' }
    const asking = { request, signal: new AbortController().signal }
    expect(await refusalOf(signIn(watched, asking, given, () => Promise.reject(new Error('no'))))).toBe(wrong)
    expect(asked).toEqual(['read', 'hash'])
  }
})
