import { role } from '@parley/access'
import type { Principal } from '@parley/api'
import { afterAll, beforeEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let ada: Made
let n = 0
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
})
beforeEach(async () => {
  ada = await h.account(acme.org, `ada${++n}`, role.member)
})
afterAll(() => h[Symbol.asyncDispose]())

const stale = '401 UNAUTHORIZED Invalid API key'
const lastEvent = async () => (await h.log(acme.org)).at(-1)
const Session = z.object({ session_token: z.string(), expires_at: z.int() })
const signIn = async (who: Made) =>
  Session.parse(
    await h.ask('create-session', null, { username: who.email, password: goodPassword }, {}, acme.org),
  )
const bySession = async (token: string): Promise<Principal> => {
  const answer = await h.call('auth.authenticate', { scheme: 'session', org: acme.org, token })
  return (answer as { principal: Principal }).principal
}

test('a session says when it ends by itself, a key never does', async () => {
  const { session_token: token } = await signIn(ada)
  const good = async (credential: object) =>
    z
      .object({ goodForMs: z.number().nullable() })
      .parse(await h.call('auth.authenticate', { org: acme.org, ...credential })).goodForMs
  const twoWeeks = 14 * 24 * 60 * 60 * 1000
  const left = await good({ scheme: 'session', token })
  expect(left).toBeGreaterThan(twoWeeks - 600_000)
  expect(left).toBeLessThanOrEqual(twoWeeks)
  expect(await good({ scheme: 'basic', email: ada.email, apiKey: ada.apiKey })).toBeNull()
})

test('AU-12 deactivation ends every credential, remembered principals too, and waits for the gateways', async () => {
  const { session_token: token } = await signIn(ada)
  const remembered = await h.principal(ada)
  await h.ask('deactivate-user', acme, {}, { user_id: String(ada.user) })
  expect(await refusalOf(h.principal(ada))).toBe('401 UNAUTHORIZED Account is deactivated')
  expect(await refusalOf(bySession(token))).toBe('401 UNAUTHORIZED Account is deactivated')
  expect(await refusalOf(h.ask('get-own-user', remembered))).toBe(stale)
  expect(await refusalOf(h.ask('regenerate-api-key', remembered))).toBe(stale)
  const event = await lastEvent()
  expect(event).toMatchObject({
    type: 'user.deactivated',
    revokes: true,
    body: { user_id: ada.user, by: acme.user, generation: 2 },
  })
  expect(event?.rights).toBe(event?.seq)
  expect(h.barriers.at(-1)).toEqual([acme.org, event?.seq])
})

test('deactivating twice says yes and changes nothing more', async () => {
  const path = { user_id: String(ada.user) }
  await h.ask('deactivate-user', acme, {}, path)
  const before = await lastEvent()
  expect(await h.ask('deactivate-user', acme, { deactivation_notification_comment: 'Bye' }, path)).toEqual({})
  expect(await lastEvent()).toEqual(before)
})

test('regenerating ends every key of the account and gives one new', async () => {
  const fetched = await h.ask(
    'fetch-api-key',
    null,
    { username: ada.email, password: goodPassword },
    {},
    acme.org,
  )
  const { api_key: key } = await h.ask('regenerate-api-key', ada)
  for (const apiKey of [ada.apiKey, String(fetched['api_key'])])
    expect(await refusalOf(h.principal({ ...ada, apiKey }))).toBe(stale)
  expect(await h.principal({ ...ada, apiKey: String(key) })).toMatchObject({ user: ada.user, generation: 2 })
  const event = await lastEvent()
  expect(event).toMatchObject({ type: 'key.regenerated', revokes: true })
  expect(JSON.stringify(event)).not.toContain(String(key))
  expect(h.barriers.at(-1)).toEqual([acme.org, event?.seq])
})

test('AU-09 a session alone gets no new key', async () => {
  const { session_token: token } = await signIn(ada)
  expect(await refusalOf(h.ask('regenerate-api-key', await bySession(token)))).toContain('400 BAD_REQUEST')
})

test('a session opens what its account may, until it is ended', async () => {
  const { session_token: token, expires_at } = await signIn(ada)
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(expires_at).toBe(Math.floor(h.clock.now() / 1000) + 14 * 24 * 3600)
  const principal = await bySession(token)
  expect(await h.ask('get-own-user', principal)).toMatchObject({ user_id: ada.user })
  expect(await h.ask('end-session', principal)).toEqual({})
  expect(await refusalOf(bySession(token))).toContain('401 UNAUTHORIZED Not logged in')
  expect(await refusalOf(h.ask('get-own-user', principal))).toBe(stale)
  expect(await lastEvent()).toMatchObject({ type: 'session.ended', revokes: true })
  // The API key is another credential: it stays good, under the new generation.
  expect(await h.ask('get-own-user', ada)).toMatchObject({ user_id: ada.user })
})

test('AU-10 every sign-in gives a token of its own', async () => {
  const [one, two] = await Promise.all([signIn(ada), signIn(ada)])
  expect(one.session_token).not.toBe(two.session_token)
  await h.ask('end-session', await bySession(one.session_token))
  expect(await bySession(two.session_token)).toMatchObject({ user: ada.user })
})

test('a session that has ended by itself is ended without a word', async () => {
  const { session_token: token } = await signIn(ada)
  const principal = await bySession(token)
  await h.db.superuser('DELETE FROM auth.sessions WHERE user_id = $1', [ada.user])
  const before = await lastEvent()
  expect(await h.ask('end-session', principal)).toEqual({})
  expect(await lastEvent()).toEqual(before)
})

test('who came with an API key has no session to end', async () => {
  expect(await refusalOf(h.ask('end-session', ada))).toBe('400 BAD_REQUEST Not a session')
})

test('AU-15 a session ends by itself after two weeks', async () => {
  const { session_token: token } = await signIn(ada)
  h.clock.advance(14 * 24 * 3600 * 1000 - 1)
  expect(await bySession(token)).toMatchObject({ user: ada.user })
  h.clock.advance(1)
  expect(await refusalOf(bySession(token))).toContain('401 UNAUTHORIZED Not logged in')
})

test.each(['', 'x', 'x'.repeat(43), `${'x'.repeat(43)}=`])('%j is no session', async (token) => {
  expect(await refusalOf(bySession(token))).toContain('401 UNAUTHORIZED Not logged in')
})

test('AU-13 sign-ins that race with a deactivation leave nothing that opens anything', async () => {
  const racing = Array.from({ length: 6 }, () =>
    h
      .ask('fetch-api-key', null, { username: ada.email, password: goodPassword }, {}, acme.org)
      .then((answer) => String(answer['api_key']))
      .catch(() => null),
  )
  await h.ask('deactivate-user', acme, {}, { user_id: String(ada.user) })
  const given = (await Promise.all(racing)).filter((key) => key !== null)
  for (const apiKey of given)
    expect(await refusalOf(h.principal({ ...ada, apiKey }))).toContain('401 UNAUTHORIZED')
  const open = await h.db.superuser(
    'SELECT count(*)::int AS n FROM auth.api_keys WHERE user_id = $1 AND ended_at IS NULL',
    [ada.user],
  )
  expect(open).toEqual([{ n: 0 }])
})
