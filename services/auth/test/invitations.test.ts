import { role } from '@parley/access'
import { maxInvitesByPerson, maxLinks } from '@parley/api'
import { AppError } from '@parley/core'
import { contractAvailable, eventFaults, mailServer, type MailServer, secretIn } from '@parley/testkit'
import { invitesChanged } from '@parley/events'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { between } from './between.ts'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let mail: MailServer
let h: Harness
let acme: Made
let other: Made
let admin: Made
let moderator: Made
let member: Made
let guest: Made
beforeAll(async () => {
  mail = await mailServer()
  h = await harness(mail)
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  admin = await h.account(acme.org, 'admin', role.admin)
  moderator = await h.account(acme.org, 'moderator', role.moderator)
  member = await h.account(acme.org, 'member', role.member)
  guest = await h.account(acme.org, 'guest', role.guest)
})
// So that no test reaches the limits of a day for another.
beforeEach(() => h.clock.advance(86_400_000))
afterAll(async () => {
  await h[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

type Fields = Record<string, string>
const invite = (emails: string, as = member, fields: Fields = {}) =>
  h.ask('send-invites', as, { invitee_emails: emails, stream_ids: '[]', ...fields })
const link = async (as = admin, fields: Fields = {}) =>
  z.string().parse((await h.ask('create-invite-link', as, fields))['invite_link'])
const Invites = z.array(
  z.looseObject({
    id: z.int(),
    email: z.string().optional(),
    is_multiuse: z.boolean(),
    link_url: z.literal(''),
  }),
)
const invites = async (as = member) => Invites.parse((await h.ask('get-invites', as))['invites'])
const idOf = async (email: string, as = acme) => {
  const found = (await invites(as)).find((one) => one.email === email)
  if (!found) throw new Error('no such invitation')
  return found.id
}
const revoke = (id: number, as = member) => h.ask('revoke-email-invite', as, {}, { invite_id: String(id) })
const revokeLink = (id: number, as = admin) => h.ask('revoke-invite-link', as, {}, { invite_id: String(id) })
const resend = (id: number, as = member) => h.ask('resend-email-invite', as, {}, { invite_id: String(id) })
const join = (secret: string, name = 'Nora New') =>
  h.ask('join', null, { secret, full_name: name, password: goodPassword }, {}, acme.org)
const askToJoin = (email: string, secret?: string) =>
  h.ask('ask-to-join', null, { email, ...(secret === undefined ? {} : { secret }) }, {}, acme.org)
const sent = async (to: string) => {
  await h.post(acme.org)
  const last = mail.received.findLast((one) => one.to.includes(to))
  if (!last) throw new Error('no mail came')
  return secretIn(last)
}
const failure = async (work: Promise<unknown>) => {
  const error: unknown = await work.catch((thrown: unknown) => thrown)
  if (!(error instanceof AppError)) throw new Error('not refused')
  return [error.code, error.message, error.data]
}
const opensNothing = '400 BAD_REQUEST Invalid or expired invitation.'
const setUp = (fields: Fields) => h.ask('update-realm', acme, fields)

test('who is invited by mail makes an account with the role of the invitation, once', async () => {
  const before = (await h.log(acme.org)).length
  await invite('Nora@new.example', member, { invite_as: '600', invite_expires_in_minutes: '60' })
  const at = Math.floor(h.clock.now() / 1000)
  expect(await invites()).toEqual([
    {
      id: expect.any(Number) as number,
      invited_by_user_id: member.user,
      invited: at,
      expiry_date: at + 3600,
      invited_as: 600,
      email: 'Nora@new.example',
      notify_referrer_on_join: true,
      link_url: '',
      is_multiuse: false,
    },
  ])
  const secret = await sent('Nora@new.example')
  const made = await join(secret)
  expect(made).toEqual({ user_id: expect.any(Number) as number, email: 'Nora@new.example' })
  const signedIn = { username: 'nora@new.example', password: goodPassword }
  expect(await h.ask('fetch-api-key', null, signedIn, {}, acme.org)).toMatchObject({
    user_id: made['user_id'],
  })
  expect(await invites()).toEqual([])
  expect(await refusalOf(join(secret))).toBe(opensNothing)
  const log = (await h.log(acme.org)).slice(before)
  expect(log.filter(({ type }) => type === 'invitation.changed').map(({ body }) => body)).toMatchObject([
    { op: 'created', kind: 'mail', role: 600, by: member.user, user_id: null },
    { op: 'used', kind: 'mail', role: 600, by: member.user, user_id: made['user_id'] },
  ])
  expect(log.find(({ type }) => type === 'account.created')?.body).toEqual({
    user_id: made['user_id'],
    role: 600,
    by: member.user,
  })
  const told = log.find(({ type }) => type === 'invites.changed')
  expect(new Set(told?.users)).toEqual(new Set([acme.user, admin.user, member.user]))
  const shape = invitesChanged.shape({}, {} as Parameters<typeof invitesChanged.shape>[1])
  expect(contractAvailable() ? eventFaults({ id: 1, ...shape }) : []).toEqual([])
})

test('F81 IN-01 one secret makes one account, however many use it at once', async () => {
  await invite('once@new.example')
  const secret = await sent('once@new.example')
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => join(secret, `Nora ${i}`)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(
    await h.db.superuser("SELECT count(*)::int AS n FROM auth.users WHERE email_key = 'once@new.example'"),
  ).toEqual([{ n: 1 }])
})

test('IN-02 what was taken back, used or has run out opens nothing, nor does what never was', async () => {
  await invite('late@new.example', member, { invite_expires_in_minutes: '5' })
  const late = await sent('late@new.example')
  h.clock.advance(5 * 60_000 - 1)
  expect(await refusalOf(join(late, 'N'))).toBe('400 BAD_REQUEST Name too short!')
  h.clock.advance(1)
  expect(await refusalOf(join(late))).toBe(opensNothing)
  expect(await invites()).toEqual([])

  await invite('back@new.example')
  const back = await sent('back@new.example')
  await revoke(await idOf('back@new.example'))
  expect(await refusalOf(join(back))).toBe(opensNothing)
  for (const wrong of ['', 'x', 'A'.repeat(43), `${back}x`])
    expect(await refusalOf(join(wrong))).toBe(opensNothing)
  expect(
    await refusalOf(h.ask('join', null, { secret: back, full_name: 'x', password: 'x' }, {}, other.org)),
  ).toBe(opensNothing)
})

test('what is taken back before it was sent is not sent', async () => {
  await invite('never@new.example')
  await revoke(await idOf('never@new.example'))
  await h.post(acme.org)
  expect(mail.received.filter((one) => one.to.includes('never@new.example'))).toEqual([])
})

test('what is sent again opens by the new secret only', async () => {
  await invite('again@new.example')
  const first = await sent('again@new.example')
  await resend(await idOf('again@new.example'))
  const second = await sent('again@new.example')
  expect(await refusalOf(join(first))).toBe(opensNothing)
  await join(second)
})

test('no secret is kept, and none is told to who sees invitations', async () => {
  const url = await link()
  await invite('kept@new.example')
  const secrets = [url.slice(url.indexOf('#') + 1), await sent('kept@new.example')]
  const rows = await h.db.superuser(
    `SELECT s::text AS row FROM auth.invitation_secrets s UNION ALL SELECT i::text FROM auth.invitations i
     UNION ALL SELECT m::text FROM auth.mails m`,
  )
  const all = JSON.stringify([rows, await h.ask('get-invites', acme), await h.log(acme.org)])
  for (const secret of secrets) expect(all).not.toContain(secret)
})

test('IN-04 nobody gives a role above what is theirs to give', async () => {
  const admins = '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator'
  const owners = '400 UNAUTHORIZED_PRINCIPAL Must be an organization owner'
  for (const as of [member, moderator])
    for (const wanted of ['100', '200', '300'])
      expect(await refusalOf(invite('up@new.example', as, { invite_as: wanted }))).toBe(admins)
  expect(await refusalOf(invite('up@new.example', admin, { invite_as: '100' }))).toBe(owners)
  expect(await refusalOf(link(admin, { invite_as: '100' }))).toBe(owners)
  expect(await refusalOf(link(member))).toBe('400 BAD_REQUEST Insufficient permission')
  expect(await refusalOf(invite('up@new.example', guest))).toBe('400 BAD_REQUEST Not allowed for guest users')
  expect(await refusalOf(invites(guest))).toBe('400 BAD_REQUEST Insufficient permission')
  const welcome = { welcome_message_custom_text: 'Hello' }
  expect(await refusalOf(invite('up@new.example', member, welcome))).toBe(admins)
  await invite('up@new.example', admin, { invite_as: '200' })
  await revoke(await idOf('up@new.example'), admin)
})

test('who may invite is the organisation’s to say, and counts when an invitation is used', async () => {
  await invite('lost@new.example')
  const secret = await sent('lost@new.example')
  await setUp({ can_invite_users_group: JSON.stringify({ new: 6 }) })
  expect(await refusalOf(invite('more@new.example'))).toBe('400 BAD_REQUEST Insufficient permission')
  expect(await refusalOf(join(secret))).toBe(opensNothing)
  await setUp({ can_invite_users_group: JSON.stringify({ new: 3 }) })
  await join(secret)
  await setUp({ create_multiuse_invite_group: JSON.stringify({ new: 3 }) })
  await link(member)
  await setUp({ create_multiuse_invite_group: JSON.stringify({ new: 6 }) })
})

test('IN-04 whose role is taken down gives by an old invitation nothing that they may not give any more', async () => {
  const chief = await h.account(acme.org, 'chief', role.admin)
  await invite('mod@new.example', chief, { invite_as: '300' })
  const secret = await sent('mod@new.example')
  await h.ask('update-user', acme, { role: String(role.member) }, { user_id: String(chief.user) })
  expect(await refusalOf(join(secret))).toBe(opensNothing)
})

test('IN-04 the invitations of who is deactivated end, and do not come back', async () => {
  const leaver = await h.account(acme.org, 'leaver', role.admin)
  await invite('orphan@new.example', leaver)
  const secret = await sent('orphan@new.example')
  const url = await link(leaver)
  await askToJoin('visitor@new.example', url.slice(url.indexOf('#') + 1))
  const visitor = await sent('visitor@new.example')
  await h.ask('deactivate-user', acme, {}, { user_id: String(leaver.user) })
  for (const one of [secret, visitor]) expect(await refusalOf(join(one))).toBe(opensNothing)
  expect((await h.log(acme.org)).at(-1)?.type).toBe('invites.changed')
  await h.ask('reactivate-user', acme, {}, { user_id: String(leaver.user) })
  for (const one of [secret, visitor]) expect(await refusalOf(join(one))).toBe(opensNothing)
  expect((await invites(acme)).filter((one) => one['invited_by_user_id'] === leaver.user)).toEqual([])
})

test('IN-05 one sees and takes back one’s own; administrators all, but what makes owners', async () => {
  await invite('mine@new.example')
  await invite('theirs@new.example', admin)
  await invite('crown@new.example', acme, { invite_as: '100' })
  const emails = async (as: Made) => (await invites(as)).map((one) => one.email)
  expect(await emails(member)).toContain('mine@new.example')
  expect(await emails(member)).not.toContain('theirs@new.example')
  expect(await emails(admin)).toEqual(expect.arrayContaining(['mine@new.example', 'theirs@new.example']))
  expect(await emails(admin)).not.toContain('crown@new.example')
  expect(await emails(acme)).toContain('crown@new.example')
  const none = '400 BAD_REQUEST No such invitation'
  const [mine, theirs, crown] = [
    await idOf('mine@new.example'),
    await idOf('theirs@new.example'),
    await idOf('crown@new.example'),
  ]
  expect(await refusalOf(revoke(theirs))).toBe(none)
  expect(await refusalOf(resend(theirs))).toBe(none)
  expect(await refusalOf(revoke(crown, admin))).toBe(none)
  expect(await refusalOf(revoke(mine, other))).toBe(none)
  expect(await refusalOf(revokeLink(mine, acme))).toBe(none)
  expect(await refusalOf(revoke(10 ** 12))).toBe(none)
  await revoke(mine, admin)
  expect(await refusalOf(revoke(mine))).toBe(none)
  await revoke(theirs, admin)
  await revoke(crown, acme)
})

test('by a link people come once they have confirmed their address, until it is taken back', async () => {
  const url = await link(admin, { invite_as: '300' })
  expect(url).toMatch(/^https:\/\/chat\.example\.org\/join\/ask#[\w-]{43}$/)
  const secret = url.slice(url.indexOf('#') + 1)
  expect(await refusalOf(join(secret))).toBe(opensNothing)
  expect(await askToJoin('one@link.example', secret)).toEqual({})
  expect(await askToJoin('two@link.example', secret)).toEqual({})
  const [one, two] = [await sent('one@link.example'), await sent('two@link.example')]
  const made = await join(one)
  const { members } = await h.ask('get-users', acme, { user_ids: JSON.stringify([made['user_id']]) })
  expect(members).toMatchObject([{ delivery_email: 'one@link.example', role: 300 }])
  const listed = (await invites(admin)).findLast((i) => i.is_multiuse)
  expect(await refusalOf(revoke(listed?.id ?? 0, admin))).toBe('400 BAD_REQUEST No such invitation')
  await revokeLink(listed?.id ?? 0)
  expect(await refusalOf(join(two))).toBe(opensNothing)
  expect(await refusalOf(askToJoin('three@link.example', secret))).toBe(opensNothing)
})

test('AU-05 who asks learns nothing of who has an account, and fills nobody’s mailbox', async () => {
  const url = await link()
  const secret = url.slice(url.indexOf('#') + 1)
  expect(await askToJoin('Member@acme.example', secret)).toEqual({})
  for (let i = 0; i < 5; i++) expect(await askToJoin('full@link.example', secret)).toEqual({})
  await h.post(acme.org)
  const to = (address: string) => mail.received.filter((one) => one.to.includes(address)).length
  expect([to('Member@acme.example'), to('full@link.example')]).toEqual([0, 3])
  expect(await refusalOf(askToJoin('no address', secret))).toBe(
    '400 BAD_REQUEST Enter a valid email address.',
  )
  expect(await refusalOf(askToJoin('x@link.example', 'wrong'))).toBe(opensNothing)
  await invite('mailed@new.example')
  expect(await refusalOf(askToJoin('x@link.example', await sent('mailed@new.example')))).toBe(opensNothing)
})

test('without an invitation people come in where the organisation requires none', async () => {
  expect(await refusalOf(askToJoin('free@new.example'))).toBe(opensNothing)
  await setUp({ invite_required: 'false' })
  await askToJoin('free@new.example')
  await askToJoin('slow@new.example')
  const [free, slow] = [await sent('free@new.example'), await sent('slow@new.example')]
  await join(free)
  expect((await h.log(acme.org)).findLast(({ type }) => type === 'account.created')?.body).toMatchObject({
    role: 400,
    by: null,
  })
  await setUp({ invite_required: 'true' })
  expect(await refusalOf(join(slow))).toBe(opensNothing)
})

test('OI-06 the organisation’s addresses hold for every way in, when it is offered and when it is used', async () => {
  await invite('early@out.example')
  const early = await sent('early@out.example')
  const url = await link()
  await h.ask('add-realm-domain', acme, { domain: 'in.example', allow_subdomains: 'false' })
  await setUp({ emails_restricted_to_domains: 'true' })
  expect(await refusalOf(join(early))).toBe(opensNothing)
  expect(await failure(invite('a@in.example, b@out.example\na+b@in.example,x'))).toEqual([
    'INVITATION_FAILED',
    "Some emails did not validate, so we didn't send any invitations.",
    {
      errors: [
        ['b@out.example', 'Outside your domain.', false],
        ['a+b@in.example', 'Email addresses containing + are not allowed.', false],
        ['x', 'Invalid address.', false],
      ],
      sent_invitations: false,
      daily_limit_reached: false,
      license_limit_reached: false,
    },
  ])
  expect(await refusalOf(askToJoin('x@out.example', url.slice(url.indexOf('#') + 1)))).toBe(
    "400 BAD_REQUEST Email 'x@out.example' not allowed in this organization",
  )
  await setUp({ emails_restricted_to_domains: 'false' })
  expect(await failure(invite('x@mailinator.com'))).toMatchObject([
    'INVITATION_FAILED',
    expect.any(String),
    { errors: [['x@mailinator.com', 'Please use your real email address.', false]] },
  ])
})

test('who is here already is not invited; the others are', async () => {
  const gone = await h.account(acme.org, 'gone', role.member)
  await h.ask('deactivate-user', acme, {}, { user_id: String(gone.user) })
  const here = [
    ['Member@acme.example', 'Already has an account.', false],
    ['gone@acme.example', 'Account has been deactivated.', true],
  ]
  expect(
    await failure(invite('Member@acme.example, gone@acme.example, Some One <some@new.example>')),
  ).toEqual([
    'INVITATION_FAILED',
    expect.stringContaining('We did send invitations to everyone else!'),
    { errors: here, sent_invitations: true, daily_limit_reached: false, license_limit_reached: false },
  ])
  await join(await sent('some@new.example'))
  expect(await failure(invite('Member@acme.example'))).toMatchObject([
    'INVITATION_FAILED',
    "We weren't able to invite anyone.",
    { sent_invitations: false },
  ])
  expect(await refusalOf(invite(' ,\n'))).toBe('400 BAD_REQUEST You must specify at least one email address.')
})

test('IN-10 only so many a day', async () => {
  const many = Array.from({ length: maxInvitesByPerson }, (_, i) => `n${i}@many.example`)
  await invite(many.slice(1).join(','))
  expect(await failure(invite('x@many.example, y@many.example'))).toMatchObject([
    'INVITATION_FAILED',
    expect.any(String),
    { daily_limit_reached: true, sent_invitations: false },
  ])
  await invite('x@many.example')
  expect(await refusalOf(resend(await idOf('x@many.example')))).toContain('limited')
  h.clock.advance(86_400_001)
  await resend(await idOf('x@many.example'))
})

test('two who came by different invitations to one address make one account, and both inviters are told', async () => {
  await invite('same@new.example')
  const first = await sent('same@new.example')
  await invite('same@new.example', moderator)
  const second = await sent('same@new.example')
  await join(second)
  expect(await refusalOf(join(first))).toBe(opensNothing)
  const told = (await h.log(acme.org)).findLast(({ type }) => type === 'invites.changed')
  expect(told?.users).toEqual(expect.arrayContaining([member.user, moderator.user]))
})

test('a password that is weak makes no account and uses nothing up', async () => {
  await invite('weak@new.example')
  const secret = await sent('weak@new.example')
  const weak = { secret, full_name: 'Nora New', password: 'weak@new.example' }
  expect(await refusalOf(h.ask('join', null, weak, {}, acme.org))).toBe(
    '400 BAD_REQUEST The password is too weak.',
  )
  await join(secret)
})

test('where no mail is sent, what needs one says so and changes nothing', async () => {
  const { mailer } = h.ctx
  const count = () => h.db.superuser('SELECT count(*)::int AS n FROM auth.invitations')
  await invite('off@new.example')
  const id = await idOf('off@new.example')
  const before = await count()
  Object.assign(h.ctx, { mailer: null })
  const off =
    '400 BAD_REQUEST This server sends no e-mail, which invitations need. Its operator can set that up.'
  expect(await refusalOf(invite('none@new.example'))).toBe(off)
  expect(await refusalOf(link())).toBe(off)
  expect(await refusalOf(resend(id))).toBe(off)
  expect(await refusalOf(askToJoin('none@new.example'))).toBe(off)
  Object.assign(h.ctx, { mailer })
  expect(await count()).toEqual(before)
})

test('the links of an organisation are bounded', async () => {
  const full = await h.organisation('many-links')
  await link(full)
  await h.db.superuser(
    `INSERT INTO auth.invitations (org_id, kind, inviter_id, role, channels, groups, with_defaults, notify, invited_at, expires_at)
     SELECT org_id, kind, inviter_id, role, channels, groups, with_defaults, notify, invited_at, expires_at FROM auth.invitations, generate_series(2, $2)
      WHERE org_id = $1`,
    [full.org, maxLinks],
  )
  expect(await refusalOf(link(full))).toBe(`400 BAD_REQUEST Too many invitation links (limit: ${maxLinks})`)
})

test('AC-13 who lost the right to invite while they waited for their turn invites nobody', async () => {
  const short = await h.account(acme.org, 'short', role.member)
  const demote = () =>
    h.db.superuser('UPDATE auth.users SET role = $2 WHERE user_id = $1', [short.user, role.guest])
  const outcome = await between(h, 1, demote, () => invite('never@new.example', short))
  expect(outcome).toMatchObject({
    status: 'rejected',
    reason: { code: 'BAD_REQUEST', message: 'Not allowed for guest users' },
  })
  expect((await invites(acme)).map(({ email }) => email)).not.toContain('never@new.example')
})
