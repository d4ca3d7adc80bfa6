import { role } from '@parley/access'
import type { Principal } from '@parley/api'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
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

const better = 'amber lantern 9 drifts uphill'
const change = (
  as: Made | Principal = ada,
  wanted = better,
  old = goodPassword,
  more: Record<string, string> = {},
) => h.ask('update-settings', as, { old_password: old, new_password: wanted, ...more })
const signIn = async (password = goodPassword) =>
  z
    .object({ session_token: z.string() })
    .parse(await h.ask('create-session', null, { username: ada.email, password }, {}, acme.org)).session_token
const bySession = async (token: string): Promise<Principal> => {
  const answer = await h.call('auth.authenticate', { scheme: 'session', org: acme.org, token })
  return (answer as { principal: Principal }).principal
}
const signedOut = '401 UNAUTHORIZED Not logged in: API authentication or user session required'
const wrong = '400 BAD_REQUEST Wrong password!'

test('a new password opens, the old one does not; other sessions end, this one and keys stay', async () => {
  const [here, there] = [await signIn(), await signIn()]
  const remembered = await bySession(there)
  const before = await h.principal(ada)
  expect(await change(await bySession(here))).toEqual({})
  expect(await refusalOf(bySession(there))).toBe(signedOut)
  expect(await refusalOf(h.ask('get-own-user', remembered))).toBe('401 UNAUTHORIZED Invalid API key')
  expect(await h.ask('get-own-user', await bySession(here))).toMatchObject({ user_id: ada.user })
  expect((await h.principal(ada)).generation).toBe(before.generation + 1)
  expect(await refusalOf(signIn())).toBe('401 AUTHENTICATION_FAILED Your username or password is incorrect')
  expect(await signIn(better)).toMatch(/./)
})

test('the log says so without a word of it, and gateways are waited for', async () => {
  const here = await signIn()
  const { credential } = await bySession(here)
  await change(await bySession(here))
  const event = (await h.log(acme.org)).at(-1)
  expect(event).toMatchObject({
    type: 'password.changed',
    revokes: true,
    body: { user_id: ada.user, generation: 2, kept_session: Number(credential.split(':')[1]) },
  })
  expect(h.barriers.at(-1)).toEqual([acme.org, event?.seq])
  expect(JSON.stringify(event)).not.toMatch(/argon|amber/)
})

test('changed by a key, it leaves no session', async () => {
  const token = await signIn()
  await change()
  expect(await refusalOf(bySession(token))).toBe(signedOut)
  expect((await h.log(acme.org)).at(-1)?.body).toMatchObject({ kept_session: null })
})

test('who does not know the old one changes nothing, nor who has none', async () => {
  expect(await refusalOf(change(ada, better, 'not it'))).toBe(wrong)
  expect(await refusalOf(h.ask('update-settings', ada, { new_password: better }))).toBe(wrong)
  await h.db.superuser('DELETE FROM auth.passwords WHERE user_id = $1', [ada.user])
  expect(await refusalOf(change())).toBe(wrong)
})

test('a weak one is refused, also one of the own name; and with it whatever else was asked for', async () => {
  const log = await h.log(acme.org)
  for (const weak of ['password', ada.email])
    expect(await refusalOf(change(ada, weak, goodPassword, { full_name: 'Ada Else' }))).toBe(
      '400 BAD_REQUEST The password is too weak.',
    )
  expect(await h.log(acme.org)).toEqual(log)
  // An empty one is none that is wanted.
  await change(ada, '', 'whatever', { full_name: 'Ada Else' })
  expect((await h.log(acme.org)).at(-1)).toMatchObject({ type: 'user.renamed' })
  expect(await signIn()).toMatch(/./)
})

test('it comes with other settings, all at once', async () => {
  await change(ada, better, goodPassword, { full_name: 'Ada Both', enter_sends: 'true' })
  const types = (await h.log(acme.org)).slice(-3).map(({ type }) => type)
  expect(types).toEqual(['user.renamed', 'account.set', 'password.changed'])
})

test('of many who change it at once by the same old one, one does', async () => {
  const who = await h.principal(ada)
  const answers = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => change(who, `${better} ${i}`)))
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a key or an account that ended while it was hashed changes nothing', async () => {
  const hasher = { ...h.ctx.hasher }
  vi.spyOn(h.ctx.hasher, 'hash').mockImplementationOnce(async (password) => {
    await h.ask('deactivate-user', acme, {}, { user_id: String(ada.user) })
    return hasher.hash(password)
  })
  expect(await refusalOf(change())).toBe('401 UNAUTHORIZED Invalid API key')
  const kept = await h.db.superuser(
    'SELECT changed_at = date_joined AS same FROM auth.passwords JOIN auth.users USING (org_id, user_id) WHERE user_id = $1',
    [ada.user],
  )
  expect(kept).toEqual([{ same: true }])
})

test('one that is changed while another is hashed is not changed again', async () => {
  const hasher = { ...h.ctx.hasher }
  vi.spyOn(h.ctx.hasher, 'hash').mockImplementationOnce(async (password) => {
    await h.db.superuser(`UPDATE auth.passwords SET hash = hash || 'x' WHERE user_id = $1`, [ada.user])
    return hasher.hash(password)
  })
  expect(await refusalOf(change())).toBe(wrong)
})
