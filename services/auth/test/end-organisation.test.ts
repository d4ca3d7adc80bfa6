import { role } from '@parley/access'
import type { Principal } from '@parley/api'
import { orgId } from '@parley/core'
import { takeTurn } from '@parley/db'
import { organisationEnding } from '@parley/events'
import { contractAvailable, eventFaults, mailServer, type MailServer, secretIn } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { organisationsWithFull } from '../src/repo/full-members.ts'
import { organisationsWithMail } from '../src/repo/mails.ts'
import { tellFullMembers } from '../src/tell-full-members.ts'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let mail: MailServer
let h: Harness
let acme: Made
let ada: Made
let other: Made
let made = 0
beforeAll(async () => {
  mail = await mailServer()
  h = await harness(mail)
  other = await h.organisation('other')
})
beforeEach(async () => {
  acme = await h.organisation(`acme${++made}`)
  ada = await h.account(acme.org, `ada${made}`, role.member)
})
afterAll(async () => {
  await h[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

const ended = '401 UNAUTHORIZED This organization has been deactivated'
const stale = '401 UNAUTHORIZED Invalid API key'
const deactivate = (as: Made | Principal = acme) => h.ask('deactivate-realm', as)
const bring = async (op: 'deactivate' | 'reactivate', org = acme.org) =>
  z.object({ changed: z.boolean() }).parse(await h.call(`auth.${op}-organisation`, { org })).changed
const key = (who: Made, org = acme.org) =>
  h.ask('fetch-api-key', null, { username: who.email, password: goodPassword }, {}, org)
const signIn = async (who: Made) =>
  z
    .object({ session_token: z.string() })
    .parse(await h.ask('create-session', null, { username: who.email, password: goodPassword }, {}, acme.org))
    .session_token
const bySession = (token: string) => h.call('auth.authenticate', { scheme: 'session', org: acme.org, token })
const acts = async (org = acme.org) =>
  (await h.log(org))
    .filter(({ type }) => /^organisation\.(ending|deactivated|reactivated)$/.test(type))
    .map(({ type, body }) => [type, body])

test('an owner takes the organisation out of use: everybody is told, then nothing opens anything, and gateways are waited for', async () => {
  const token = await signIn(ada)
  const remembered = await h.principal(ada)
  expect(await deactivate()).toEqual({})
  for (const who of [acme, ada]) expect(await refusalOf(h.principal(who))).toBe(ended)
  expect(await refusalOf(bySession(token))).toBe(ended)
  expect(await refusalOf(h.ask('get-own-user', remembered))).toBe(stale)
  expect(await refusalOf(h.ask('deactivate-realm', remembered))).toBe(stale)
  expect(await refusalOf(key(ada))).toBe('401 REALM_DEACTIVATED This organization has been deactivated')
  // Who does not know the password learns nothing.
  expect(
    await refusalOf(h.ask('fetch-api-key', null, { username: ada.email, password: 'wrong' }, {}, acme.org)),
  ).toBe('401 AUTHENTICATION_FAILED Your username or password is incorrect')
  expect(await acts()).toEqual([
    ['organisation.ending', { realm_id: acme.org }],
    ['organisation.deactivated', { by: acme.user }],
  ])
  const last = (await h.log(acme.org)).at(-1)
  expect(last).toMatchObject({ type: 'organisation.deactivated', revokes: true })
  expect(last?.rights).toBe(last?.seq)
  expect(h.barriers.at(-1)).toEqual([acme.org, last?.seq])
  const viewer = {} as Parameters<typeof organisationEnding.shape>[1]
  const told = { id: 1, ...organisationEnding.shape({ realm_id: acme.org }, viewer) }
  expect(told).toEqual({ id: 1, type: 'realm', op: 'deactivated', realm_id: acme.org })
  expect(contractAvailable() ? eventFaults(told) : []).toEqual([])
})

test('another organisation notices nothing', async () => {
  const before = (await h.log(other.org)).length
  await deactivate()
  expect(await h.ask('get-own-user', other)).toMatchObject({ user_id: other.user })
  expect((await h.log(other.org)).length).toBe(before)
})

test('nobody but an owner does, and nobody is promised that data goes', async () => {
  const admin = await h.account(acme.org, `admin${made}`, role.admin)
  const owners = '400 UNAUTHORIZED_PRINCIPAL Must be an organization owner'
  expect(await refusalOf(deactivate(admin))).toBe(owners)
  expect(await refusalOf(deactivate(ada))).toBe(
    '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator',
  )
  for (const days of ['0', '14', '1000'])
    expect(await refusalOf(h.ask('deactivate-realm', acme, { deletion_delay_days: days }))).toBe(
      '400 BAD_REQUEST Data deletion is not available on this server.',
    )
  expect(await refusalOf(h.ask('deactivate-realm', acme, { deletion_delay_days: '"x"' }))).toContain(
    'REQUEST_VARIABLE_INVALID',
  )
  expect(await acts()).toEqual([])
  expect(await h.ask('deactivate-realm', acme, { deletion_delay_days: 'null' })).toEqual({})
})

test('of owners and the operator at once one does it; all answer when it is done', async () => {
  const second = await h.account(acme.org, `second${made}`, role.owner)
  const owners = [await h.principal(acme), await h.principal(second)]
  const before = h.barriers.length
  const answers = await Promise.allSettled([
    ...owners.map((who) => deactivate(who)),
    bring('deactivate'),
    bring('deactivate'),
  ])
  // Who came behind another may be nobody any more.
  const refused = answers.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
  expect(refused).toMatchObject(refused.map(() => ({ code: 'UNAUTHORIZED' })))
  expect((await acts()).map(([type]) => type)).toEqual(['organisation.ending', 'organisation.deactivated'])
  const place = (await h.log(acme.org)).at(-1)?.seq
  const waited = h.barriers.slice(before)
  expect(waited.length).toBe(answers.filter(({ status }) => status === 'fulfilled').length)
  expect(waited.every(([org, seq]) => org === acme.org && seq === place)).toBe(true)
  expect(await bring('deactivate')).toBe(false)
})

test('the operator brings it back: passwords open, what had ended does not', async () => {
  const token = await signIn(ada)
  await h.ask('send-invites', acme, { invitee_emails: `new${made}@x.example`, stream_ids: '[]' })
  await h.post(acme.org)
  const letter = mail.received.findLast((one) => one.to.includes(`new${made}@x.example`))
  const secret = letter ? secretIn(letter) : ''
  expect(secret).not.toBe('')
  const join = () =>
    h.ask('join', null, { secret, full_name: 'Nora New', password: goodPassword }, {}, acme.org)
  const remembered = await h.principal(ada)
  expect(await bring('deactivate')).toBe(true)
  const noInvitation = await refusalOf(join())
  expect(noInvitation).toContain('400')
  expect(await bring('reactivate')).toBe(true)
  expect(await bring('reactivate')).toBe(false)
  expect((await acts()).map(([, body]) => body)).toEqual([{ realm_id: acme.org }, { by: null }, { by: null }])
  expect(await refusalOf(h.principal(ada))).toBe(stale)
  expect(await refusalOf(bySession(token))).toContain('401 UNAUTHORIZED Not logged in')
  expect(await refusalOf(h.ask('get-own-user', remembered))).toBe(stale)
  expect(await refusalOf(join())).toBe(noInvitation)
  const { api_key: apiKey } = await key(ada)
  const again = { ...ada, apiKey: String(apiKey) }
  expect(await h.ask('get-own-user', again)).toMatchObject({ user_id: ada.user, is_active: true })
  expect(await signIn(acme)).toMatch(/./)
})

test('the operator adds nobody to one that is out of use', async () => {
  await bring('deactivate')
  expect(await refusalOf(h.account(acme.org, `late${made}`, role.member))).toBe(
    '400 BAD_REQUEST This organization has been deactivated',
  )
  await bring('reactivate')
  expect(await h.account(acme.org, `late${made}`, role.member)).toMatchObject({ org: acme.org })
})

test('sign-ins that race with it leave nothing that opens anything, then or later', async () => {
  const racing = Array.from({ length: 6 }, () =>
    key(ada)
      .then((answer) => String(answer['api_key']))
      .catch(() => null),
  )
  await deactivate()
  const given = (await Promise.all(racing)).filter((one) => one !== null)
  for (const apiKey of given) expect(await refusalOf(h.principal({ ...ada, apiKey }))).toBe(ended)
  await bring('reactivate')
  for (const apiKey of given) expect(await refusalOf(h.principal({ ...ada, apiKey }))).toBe(stale)
  const open = await h.db.superuser(
    `SELECT count(*)::int AS n FROM auth.api_keys k WHERE k.org_id = $1 AND k.ended_at IS NULL`,
    [acme.org],
  )
  expect(open).toEqual([{ n: 0 }])
})

test('accounts are taken in the order of their ids, also where the table holds them otherwise', async () => {
  const bob = await h.account(acme.org, `aaa${made}`, role.member)
  const change = `UPDATE auth.users SET full_name = full_name || '!' WHERE org_id = $1 AND user_id = $2`
  // The version of a row that was written last lies last, and its address comes last in an index.
  await h.db.superuser(change, [acme.org, ada.user])
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  const ending: Promise<unknown>[] = []
  await h.auth.write(orgId(acme.org), async (tx) => {
    await tx.execute(change, [acme.org, ada.user])
    ending.push(deactivate())
    while ((await h.db.superuser(waiting)).length === 0) await new Promise(setImmediate)
    await tx.execute(change, [acme.org, bob.user])
  })
  expect(await Promise.all(ending)).toEqual([{}])
})

test('a change of role holds no row while it waits for its turn, so that the end of the organisation need not wait for it', async () => {
  const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  const change = `UPDATE auth.users SET full_name = full_name || '!' WHERE org_id = $1 AND user_id = $2`
  const changing: Promise<unknown>[] = []
  await h.auth.write(orgId(acme.org), async (tx) => {
    await takeTurn(tx)
    changing.push(h.ask('update-user', acme, { role: String(role.moderator) }, { user_id: String(ada.user) }))
    while ((await h.db.superuser(waiting)).length === 0) await new Promise(setImmediate)
    await tx.execute(change, [acme.org, ada.user])
  })
  expect(await Promise.all(changing)).toEqual([{}])
})

test('mails and what the log says of full members wait until it is in use again', async () => {
  await h.ask('update-realm', acme, { waiting_period_threshold: '3' })
  await h.ask('send-invites', acme, { invitee_emails: `late${made}@x.example`, stream_ids: '[]' })
  await h.db.superuser(
    `UPDATE auth.users SET waiting_until = now() - interval '1 second' WHERE user_id = $1`,
    [ada.user],
  )
  const waiting = async () => [
    (await organisationsWithMail(h.auth, new Date(h.clock.now()))).map(Number).includes(acme.org),
    (await organisationsWithFull(h.auth)).map(Number).includes(acme.org),
  ]
  expect(await waiting()).toEqual([true, true])
  await bring('deactivate')
  expect(await waiting()).toEqual([false, false])
  // One that was found before finds nothing to do.
  await h.post(acme.org)
  expect(await tellFullMembers(h.ctx, orgId(acme.org))).toBe(0)
  await bring('reactivate')
  expect(await waiting()).toEqual([true, true])
  await h.post(acme.org)
  expect(mail.received.filter((one) => one.to.includes(`late${made}@x.example`))).toEqual([])
  expect(await waiting()).toEqual([false, true])
})
