import { role } from '@parley/access'
import { maxInvitesToOne, maxMailsToOne, maxOpenByPerson } from '@parley/api'
import { orgId } from '@parley/core'
import { mailServer, type MailServer, secretIn } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { statementsOf } from './between.ts'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

const day = 86_400_000
let mail: MailServer
let h: Harness
let acme: Made
let admin: Made
let members: Made[]
beforeAll(async () => {
  mail = await mailServer()
  h = await harness(mail)
  acme = await h.organisation('acme')
  admin = await h.account(acme.org, 'admin', role.admin)
  members = []
  for (const name of ['ann', 'ben', 'cid', 'dot', 'eve', 'fay', 'gus', 'hal'])
    members.push(await h.account(acme.org, name, role.member))
})
// So that no test reaches the limits of a day for another.
beforeEach(async () => {
  h.clock.advance(2 * day)
  await h.ask('update-realm', acme, { invite_required: 'true' })
})
afterAll(async () => {
  await h[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

type Fields = Record<string, string>
const member = (i = 0): Made => {
  const one = members[i]
  if (!one) throw new Error('no such member')
  return one
}
const invite = (emails: string, as = member(), fields: Fields = {}) =>
  h.ask('send-invites', as, { invitee_emails: emails, stream_ids: '[]', ...fields })
const idOf = async (email: string, as = member()) => {
  const { invites } = await h.ask('get-invites', as)
  const found = z
    .array(z.looseObject({ id: z.int(), email: z.string().optional() }))
    .parse(invites)
    .findLast((one) => one.email === email)
  return String(found?.id ?? 0)
}
const resend = async (email: string, as = member()) =>
  h.ask('resend-email-invite', as, {}, { invite_id: await idOf(email, as) })
const revoke = async (email: string, as = member()) =>
  h.ask('revoke-email-invite', as, {}, { invite_id: await idOf(email, as) })
const ask = (email: string) => h.ask('ask-to-join', null, { email }, {}, acme.org)
const mailsTo = (address: string) => mail.received.filter((one) => one.to.includes(address)).length
const came = async (address: string) => {
  await h.post(acme.org)
  return mailsTo(address)
}
const open = () => h.ask('update-realm', acme, { invite_required: 'false' })

test('IN-10 many who invite one address fill no mailbox: it gets so many a day, and the rest as days go by', async () => {
  const victim = 'victim@new.example'
  const answers = []
  for (const one of members) answers.push(await invite(victim, one))
  expect(answers).toEqual(members.map(() => ({})))
  expect(await came(victim)).toBe(maxMailsToOne)
  h.clock.advance(day - 1)
  expect(await came(victim)).toBe(maxMailsToOne)
  h.clock.advance(1)
  expect(await came(victim)).toBe(members.length)
  const last = mail.received.findLast((one) => one.to.includes(victim))
  if (!last) throw new Error('no mail came')
  const fields = { secret: secretIn(last), full_name: 'Vic Tim', password: goodPassword }
  expect(await h.ask('join', null, fields, {}, acme.org)).toMatchObject({ email: victim })
})

test('in any day one address gets no more, whoever asks when, by invitation or of their own accord', async () => {
  await open()
  const victim = 'often@new.example'
  const times: number[] = []
  for (let hour = 0; hour < 72; hour += 5) {
    await ask(victim)
    await invite(victim, member((hour / 5) % members.length), { invite_expires_in_minutes: '20000' })
    const before = mailsTo(victim)
    const now = await came(victim)
    for (let i = before; i < now; i++) times.push(h.clock.now())
    h.clock.advance(5 * 3_600_000)
  }
  expect(times.length).toBeGreaterThan(maxMailsToOne * 2)
  const within = times.map((at) => times.filter((other) => other >= at && other < at + day).length)
  expect(Math.max(...within)).toBe(maxMailsToOne)
})

test('one person has only so many sent to one address in a day, and is told of their own alone', async () => {
  const other = 'other@new.example'
  for (const one of members.slice(1)) await invite(other, one)
  for (let i = 0; i < maxInvitesToOne; i++) await invite(other)
  const refused = await h
    .ask('send-invites', member(), { invitee_emails: `${other},fresh@new.example`, stream_ids: '[]' })
    .catch((error: unknown) => error)
  expect(refused).toMatchObject({
    code: 'INVITATION_FAILED',
    data: {
      errors: [[other, 'You have invited this address too often today.', false]],
      daily_limit_reached: true,
      sent_invitations: false,
    },
  })
  expect(await refusalOf(resend(other))).toContain('limited')
  h.clock.advance(day)
  expect(await refusalOf(resend(other))).toBe('not refused')
})

test('AU-05 asking to come in does and counts the same whoever has the address', async () => {
  await open()
  const rows = async () =>
    await h.db.superuser(
      `SELECT (SELECT count(*)::int FROM auth.invitations) AS invitations, (SELECT count(*)::int FROM auth.mails) AS mails,
         (SELECT count(*)::int FROM auth.mailings WHERE kind = 'asked') AS asked`,
    )
  const asked = async (address: string) => {
    const before = await rows()
    const statements = await statementsOf(h, () => ask(address))
    const after = await rows()
    const more = Object.keys(before[0] ?? {}).map((key) => Number(after[0]?.[key]) - Number(before[0]?.[key]))
    return { statements, more }
  }
  const unknown = await asked('unknown@new.example')
  expect(unknown.more).toEqual([1, 1, 1])
  expect(await asked(admin.email)).toEqual(unknown)
  const gone = await h.account(acme.org, 'gone', role.member)
  await h.ask('deactivate-user', acme, {}, { user_id: String(gone.user) })
  expect(await asked(gone.email)).toEqual(unknown)
  expect([await came('unknown@new.example'), await came(admin.email), await came(gone.email)]).toEqual([
    1, 0, 0,
  ])
  expect(await h.db.superuser('SELECT FROM auth.mails')).toEqual([])
  // Both reach their limit at the same place, and then do the same again.
  for (const address of ['unknown@new.example', admin.email]) for (let i = 0; i < 2; i++) await ask(address)
  const full = await asked('unknown@new.example')
  expect(full.more).toEqual([0, 0, 0])
  expect(await asked(admin.email)).toEqual(full)
})

test('AU-05 what those ask for who have an account counts towards the limit of all', async () => {
  await open()
  await h.db.superuser(
    `INSERT INTO auth.mailings (org_id, mail_id, kind, email_key, asked_at, due_at)
     SELECT $1, 1000000 + n, 'asked', 'x' || n, $2::timestamptz, $2 FROM generate_series(1, 499) n`,
    [acme.org, new Date(h.clock.now())],
  )
  await ask(admin.email)
  expect(await refusalOf(ask('late@new.example'))).toContain('503 UNAVAILABLE')
  h.clock.advance(day)
  await ask('late@new.example')
  expect(await h.db.superuser('SELECT email_key FROM auth.mailings')).toEqual([
    { email_key: 'late@new.example' },
  ])
})

test('counting looks at the mails of a day, and at the invitations that are open, whatever was given before', async () => {
  await h.db.superuser(
    `INSERT INTO auth.invitations (org_id, kind, inviter_id, email, role, channels, groups, with_defaults, notify,
       invited_at, expires_at, ended_at)
     SELECT $1, 'mail', $2, 'old' || n || '@x.example', 400, '{}', '{}', false, false, $3::timestamptz,
       CASE WHEN n % 2 = 0 THEN $3::timestamptz - interval '1 hour' END, CASE WHEN n % 2 = 1 THEN $3::timestamptz END
     FROM generate_series(1, 5000) n`,
    [acme.org, member().user, new Date(h.clock.now())],
  )
  const end = new Date(h.clock.now() + 1)
  await h.db.superuser('ANALYZE auth.invitations')
  // As the service itself asks, under row-level security.
  const plan = await h.auth.read(orgId(acme.org), (tx) =>
    tx.query(
      z.object({ 'QUERY PLAN': z.unknown() }),
      `EXPLAIN (FORMAT JSON) SELECT count(*) FROM auth.invitations
       WHERE org_id = $1 AND kind <> 'asked' AND open_until > $2`,
      [acme.org, new Date(h.clock.now())],
    ),
  )
  expect(JSON.stringify(plan)).toContain('invitations_open_until')
  await invite('new@new.example')
  h.clock.advance(29 * day)
  await invite('kept@new.example')
  const left = async () =>
    (await h.db.superuser('SELECT FROM auth.invitations WHERE open_until < $1', [end])).length
  const before = await left()
  expect(before).toBeGreaterThanOrEqual(5000)
  h.clock.advance(1.5 * day)
  await invite('gone@new.example')
  expect(await left()).toBe(before - 100)
  await h.db.superuser(`DELETE FROM auth.invitations WHERE email LIKE 'old%'`)
})

test('a link that is long over goes when nothing is left that came by it, with what opened it', async () => {
  const { invite_link: link } = await h.ask('create-invite-link', admin, { invite_expires_in_minutes: '60' })
  const secret = z.string().parse(link).split('#')[1] ?? ''
  await h.ask('ask-to-join', null, { email: 'by-link@new.example', secret }, {}, acme.org)
  await h.post(acme.org)
  h.clock.advance(32 * day)
  await invite('next@new.example')
  await invite('after@new.example')
  const of = `kind = 'link' OR email = 'by-link@new.example'`
  expect(await h.db.superuser(`SELECT kind FROM auth.invitations WHERE ${of}`)).toEqual([])
})

test('one person keeps only so many invitations open', async () => {
  const lots = await h.organisation('lots')
  await h.db.superuser(
    `INSERT INTO auth.invitations (org_id, kind, inviter_id, email, role, channels, groups, with_defaults, notify, invited_at)
     SELECT $1, 'mail', $2, 'open' || n || '@x.example', 400, '{}', '{}', false, false, $3
     FROM generate_series(1, $4) n`,
    [lots.org, lots.user, new Date(h.clock.now()), maxOpenByPerson - 1],
  )
  expect(await refusalOf(invite('a@new.example,b@new.example', lots))).toContain(
    'Too many invitations are open.',
  )
  await invite('a@new.example', lots)
  expect(await refusalOf(h.ask('create-invite-link', lots))).toContain('Too many invitations are open.')
  await revoke('a@new.example', lots)
  await h.ask('create-invite-link', lots)
})

/** Fills an address's day with what others send it. */
const fill = async (address: string) => {
  for (const one of members.slice(2)) await invite(address, one)
  return came(address)
}
const comesIn = (secret: string) =>
  h.ask('join', null, { secret, full_name: 'New Comer', password: goodPassword }, {}, acme.org)
const lastSecret = (address: string): string => {
  const last = mail.received.findLast((one) => one.to.includes(address))
  if (!last) throw new Error('no mail came')
  return secretIn(last)
}

test('what was sent goes on to open an invitation until the mail goes that was asked for instead', async () => {
  const kept = 'kept-link@new.example'
  await invite(kept)
  await h.post(acme.org)
  const first = lastSecret(kept)
  const other = 'other-link@new.example'
  await invite(other)
  await h.post(acme.org)
  const before = lastSecret(other)
  for (const address of [kept, other]) {
    expect(await fill(address)).toBe(maxMailsToOne)
    await resend(address)
    expect(await came(address)).toBe(maxMailsToOne)
  }
  expect(await comesIn(first)).toMatchObject({ email: kept })
  h.clock.advance(day)
  expect(await came(other)).toBeGreaterThan(maxMailsToOne)
  expect(await came(kept)).toBe(maxMailsToOne)
  expect(await refusalOf(comesIn(before))).toContain('400')
  expect(await comesIn(lastSecret(other))).toMatchObject({ email: other })
})

test('an invitation whose mail waits is good as long as it was to be, from when that may go', async () => {
  const address = 'short@new.example'
  for (const one of members.slice(2)) await invite(address, one)
  await h.post(acme.org)
  await invite(address, member(), { invite_expires_in_minutes: '60' })
  h.clock.advance(day / 2)
  // Asked for again while it waits, it waits no longer, nor is it good for longer.
  await resend(address)
  await resend(address)
  h.clock.advance(day / 2)
  expect(await came(address)).toBe(maxMailsToOne + 1)
  const secret = lastSecret(address)
  h.clock.advance(3_600_000 - 1)
  const { invites } = await h.ask('get-invites', member())
  expect(invites).toContainEqual(expect.objectContaining({ email: address }))
  h.clock.advance(1)
  expect(await refusalOf(comesIn(secret))).toContain('400')
})

test('invitations to an address end with the account that gets it, whichever way, and who gave them is told', async () => {
  const fields = { full_name: 'Some One', password: goodPassword }
  const ways: [string, (email: string) => Promise<unknown>][] = [
    ['by-operator', (email) => h.account(acme.org, email.split('@')[0] ?? '', role.member)],
    ['by-hand', (email) => h.ask('create-user', acme, { email, ...fields })],
    [
      'by-moving',
      async (email) => {
        const mover = await h.account(acme.org, 'mover', role.member)
        await h.ask('update-settings', mover, { email })
        await h.post(acme.org)
        await h.ask('confirm-email', null, { secret: lastSecret(email) }, {}, acme.org)
      },
    ],
  ]
  for (const [name, way] of ways) {
    const email = `${name}@acme.example`
    await invite(email)
    const since = (await h.log(acme.org)).length
    await way(email)
    const { invites } = await h.ask('get-invites', member())
    expect(invites).not.toContainEqual(expect.objectContaining({ email }))
    const told = (await h.log(acme.org)).slice(since).filter(({ type }) => type === 'invites.changed')
    expect(told).toHaveLength(1)
  }
})

test('no mail goes out, first or again, to who has an account meanwhile, whoever made it', async () => {
  const address = 'elsewhere@acme.example'
  await invite(address)
  const id = await idOf(address)
  await h.account(acme.org, 'elsewhere', role.member)
  expect(await came(address)).toBe(0)
  const again = h.ask('resend-email-invite', member(), {}, { invite_id: id })
  expect(await refusalOf(again)).toBe('400 BAD_REQUEST No such invitation')
  expect(await came(address)).toBe(0)
})
