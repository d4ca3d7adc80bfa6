import { role } from '@parley/access'
import { emailChanged, shownEmailChanged } from '@parley/events'
import { Capabilities, maxMailsToOne, type Principal } from '@parley/api'
import { userId } from '@parley/core'
import { contractAvailable, eventFaults, mailServer, type MailServer, secretIn } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { between, statementsOf } from './between.ts'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let mail: MailServer
let h: Harness
let acme: Made
let ada: Made
let n = 0
beforeAll(async () => {
  mail = await mailServer()
  h = await harness(mail)
})
beforeEach(async () => {
  acme = await h.organisation(`acme${++n}`)
  ada = await h.account(acme.org, `ada${n}`, role.member)
})
afterAll(async () => {
  await h[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

const nothing = '400 BAD_REQUEST Invalid or expired confirmation.'
const ask = (email: string, as = ada) => h.ask('update-settings', as, { email })
const confirm = (secret: string, org = acme.org) => h.ask('confirm-email', null, { secret }, {}, org)
const sentTo = (to: string) => mail.received.filter((one) => one.to.includes(to))
/** Asks, and gives what the mail to that address holds. */
const secretFor = async (email: string, as = ada): Promise<string> => {
  await ask(email, as)
  await h.post(acme.org)
  const got = sentTo(email).at(-1)
  if (!got) throw new Error(`no mail to ${email}`)
  return secretIn(got)
}
const fresh = (what = 'new') => `${what}${n}@x.example`
const set = (fields: Record<string, string>) => h.ask('update-realm', acme, fields)
const addressOf = async (who = ada) =>
  (await h.db.superuser('SELECT email, delivery_email FROM auth.users WHERE user_id = $1', [who.user]))[0]
const types = async () => (await h.log(acme.org)).map(({ type }) => type)

test('whoever reads mail at the new address confirms it; from then on it is the account’s, everywhere', async () => {
  const before = await types()
  const secret = await secretFor(` ${fresh('New')} `.trim())
  expect(await types()).toEqual(before)
  expect(await addressOf()).toEqual({ email: ada.email, delivery_email: ada.email })
  expect(await confirm(secret)).toEqual({ email: fresh('New') })
  expect(await refusalOf(h.principal(ada))).toBe('401 UNAUTHORIZED Invalid API key')
  const now = { ...ada, email: fresh('New') }
  expect(await h.ask('get-own-user', now)).toMatchObject({
    email: fresh('New'),
    delivery_email: fresh('New'),
  })
  const key = (username: string) =>
    h.ask('fetch-api-key', null, { username, password: goodPassword }, {}, acme.org)
  expect(await key(fresh())).toMatchObject({ email: fresh('New'), user_id: ada.user })
  expect(await refusalOf(key(ada.email))).toContain('AUTHENTICATION_FAILED')
  // The address is free again.
  expect(await h.account(acme.org, `ada${n}`, role.member)).toMatchObject({ email: ada.email })
})

test('everybody is told, the audited act names no address, and gateways are waited for', async () => {
  await confirm(await secretFor(fresh()))
  const told = (await h.log(acme.org)).slice(-3)
  expect(told.map(({ type, body }) => [type, body])).toEqual([
    ['user.email-changed', { user_id: ada.user, delivery_email: fresh(), email_address_visibility: 1 }],
    ['user.shown-email-changed', { user_id: ada.user, new_email: fresh() }],
    ['account.email-changed', { user_id: ada.user, generation: 2 }],
  ])
  expect(told.at(-1)?.revokes).toBe(true)
  expect(h.barriers.at(-1)).toEqual([acme.org, told.at(-1)?.seq])
  const viewer = {
    userId: userId(1),
    role: role.guest,
    sees: null,
    capabilities: Capabilities.parse({}),
    applyMarkdown: true,
    slimPresence: true,
    queueId: '',
  }
  const shape = (visibility: number, who = 1) =>
    emailChanged.shape(
      { user_id: ada.user, delivery_email: fresh(), email_address_visibility: visibility },
      { ...viewer, userId: userId(who) },
    )
  const wire = [shape(1), shownEmailChanged.shape({ user_id: ada.user, new_email: fresh() }, viewer)]
  const faults = wire.flatMap((event) => eventFaults({ id: 1, type: 'realm_user', ...event }))
  expect(contractAvailable() ? faults : []).toEqual([])
  // Who may not see the address is not told it; whose it is, is.
  expect([shape(3), shape(4)]).toEqual([null, null])
  expect(shape(4, ada.user)).toMatchObject({ person: { delivery_email: fresh() } })
})

test('the address of before is told, without the new one', async () => {
  await confirm(await secretFor(fresh()))
  await h.post(acme.org)
  const got = sentTo(ada.email)
  expect(got).toHaveLength(1)
  expect(got[0]?.text).toContain('has another e-mail address now')
  expect(got[0]?.raw).not.toContain(fresh())
  await h.post(acme.org)
  expect(sentTo(ada.email)).toHaveLength(1)
})

test('what the mail says is where, until when, and the link', async () => {
  const secret = await secretFor(fresh())
  const got = sentTo(fresh()).at(-1)
  expect(got?.text).toContain(`https://chat.example.org/email#${secret}`)
  expect(got?.text).toContain(`an account at The acme${n} (chat.example.org)`)
  expect(got?.raw).toContain('Subject: Your e-mail address at chat.example.org')
  expect(got?.raw).not.toContain(ada.email)
})

test('an address that somebody has is answered as any other, and gets no mail', async () => {
  const log = await h.log(acme.org)
  expect(await ask(acme.email)).toEqual({})
  expect(await ask(acme.email.toUpperCase())).toEqual({})
  await h.post(acme.org)
  expect([sentTo(acme.email), sentTo(acme.email.toUpperCase())]).toEqual([[], []])
  expect(await h.log(acme.org)).toEqual(log)
  // One's own, written otherwise, is one's own.
  const own = ada.email.replace('ada', 'ADA')
  expect(await confirm(await secretFor(own))).toEqual({ email: own })
})

test('AU-05 asking for an address does, counts and ends the same whoever has it', async () => {
  const rows = `SELECT count(*)::int AS kept, count(c.due_at)::int AS mails, (SELECT count(*)::int FROM auth.mailings) AS counted
    FROM auth.email_changes c`
  const asked = async (address: string) => {
    const earlier = await secretFor(fresh('earlier'))
    const [before] = await h.db.superuser(rows)
    const statements = await statementsOf(h, () => ask(address))
    const [after] = await h.db.superuser(rows)
    const more = Object.keys(before ?? {}).map((key) => Number(after?.[key]) - Number(before?.[key]))
    const outcome = await refusalOf(confirm(earlier))
    await h.post(acme.org)
    return { statements, more, outcome }
  }
  const free = await asked(fresh())
  expect(free).toMatchObject({ more: [1, 1, 1], outcome: nothing })
  expect(await asked(acme.email)).toEqual(free)
  expect([sentTo(fresh()).length, sentTo(acme.email).length]).toEqual([1, 0])
})

test('one who is taken out of use, or whose key is taken back, while they ask has asked for nothing', async () => {
  const refused = { status: 'rejected', reason: { code: 'UNAUTHORIZED' } }
  // While they wait for the turn, and when they are read already.
  for (const nth of [1, 2]) {
    ada = await h.account(acme.org, `bea${n}-${nth}`, role.member)
    const end = () => h.ask('regenerate-api-key', ada)
    expect(await between(h, nth, end, () => ask(fresh()))).toMatchObject(refused)
  }
  // Whoever takes an account out of use has the turn before them or after.
  const cal = await h.account(acme.org, `cal${n}`, role.member)
  const principal = await h.principal(cal)
  await h.ask('deactivate-user', acme, {}, { user_id: String(cal.user) })
  const [late] = await Promise.allSettled([h.ask('update-settings', principal, { email: fresh() })])
  expect(late).toMatchObject(refused)
  expect(await h.db.superuser('SELECT FROM auth.email_changes WHERE email = $1', [fresh()])).toEqual([])
})

test('what was asked for is deleted after 30 days, with what confirmed it', async () => {
  const of = (what: string) =>
    h.db.superuser(
      `SELECT s.change_id FROM auth.email_changes c JOIN auth.email_change_secrets s USING (org_id, change_id)
       WHERE c.email = $1`,
      [what],
    )
  await secretFor(fresh('old'))
  h.clock.advance(30 * 86_400_000)
  await secretFor(fresh())
  expect(await of(fresh('old'))).toHaveLength(1)
  h.clock.advance(86_400_001)
  await secretFor(fresh('newer'))
  expect([await of(fresh('old')), await of(fresh())]).toMatchObject([[], [{}]])
  expect(await h.db.superuser('SELECT FROM auth.email_changes WHERE email = $1', [fresh('old')])).toEqual([])
})

test('IN-10 many who want one address, or invite it, fill no mailbox; who waited has a day from then on', async () => {
  const invited = { invitee_emails: fresh(), stream_ids: '[]' }
  for (let i = 1; i < maxMailsToOne; i++) {
    const one = await h.account(acme.org, `one${n}-${i}`, role.member)
    if (i % 2 === 0) await h.ask('send-invites', one, invited)
    else await ask(fresh(), one)
  }
  await ask(fresh(), acme)
  await ask(fresh())
  await h.post(acme.org)
  expect(sentTo(fresh())).toHaveLength(maxMailsToOne)
  h.clock.advance(86_400_000)
  await h.post(acme.org)
  expect(sentTo(fresh())).toHaveLength(maxMailsToOne + 1)
  h.clock.advance(86_399_999)
  const last = sentTo(fresh()).at(-1)
  expect(last && (await confirm(secretIn(last)))).toEqual({ email: fresh() })
})

test('an address that one has asked for as often as may be is not invited by them either', async () => {
  for (let i = 0; i < 3; i++) await ask(fresh())
  const invited = h.ask('send-invites', ada, { invitee_emails: fresh(), stream_ids: '[]' })
  expect(await refusalOf(invited)).toContain('INVITATION_FAILED')
})

test('what is none, or is not let in, or where addresses are kept, is refused; administrators change theirs', async () => {
  expect(await refusalOf(ask('nobody'))).toBe('400 BAD_REQUEST Enter a valid email address.')
  expect(await refusalOf(ask('a@mailinator.com'))).toContain('Disposable email addresses are not allowed')
  await set({ emails_restricted_to_domains: 'true' })
  expect(await refusalOf(ask(fresh()))).toContain('not allowed in this organization')
  await set({ emails_restricted_to_domains: 'false', email_changes_disabled: 'true' })
  expect(await refusalOf(ask(fresh()))).toBe(
    '400 BAD_REQUEST Email address changes are disabled in this organization.',
  )
  expect(await ask('', ada)).toEqual({})
  expect(await confirm(await secretFor(fresh(), acme))).toEqual({ email: fresh() })
})

test('nothing else is set where the address is refused', async () => {
  const log = await h.log(acme.org)
  const both = h.ask('update-settings', ada, { email: 'nobody', full_name: 'Ada Else' })
  expect(await refusalOf(both)).toContain('400')
  expect(await h.log(acme.org)).toEqual(log)
})

const moots: [string, (secret: string) => Promise<unknown>][] = [
  ['it was used', (secret) => confirm(secret)],
  ['another was asked for', () => ask(fresh('other'))],
  ['a key was taken back', () => h.ask('regenerate-api-key', ada)],
  [
    'a session ended',
    async () => {
      const signedIn = { username: ada.email, password: goodPassword }
      const { session_token } = await h.ask('create-session', null, signedIn, {}, acme.org)
      const session = { scheme: 'session', org: acme.org, token: session_token }
      const { principal } = (await h.call('auth.authenticate', session)) as { principal: Principal }
      await h.ask('end-session', principal)
    },
  ],
  [
    'the password was changed',
    () => h.ask('update-settings', ada, { old_password: goodPassword, new_password: `${goodPassword} 2` }),
  ],
  ['its day is over', async () => h.clock.advance(86_400_000)],
  ['the account is gone', () => h.ask('deactivate-user', acme, {}, { user_id: String(ada.user) })],
  [
    'the account was gone',
    async () => {
      await h.ask('deactivate-user', acme, {}, { user_id: String(ada.user) })
      await h.ask('reactivate-user', acme, {}, { user_id: String(ada.user) })
    },
  ],
  ['addresses are kept', () => set({ email_changes_disabled: 'true' })],
  ['it is not let in', () => set({ emails_restricted_to_domains: 'true' })],
  ['somebody has it', () => h.account(acme.org, 'taken', role.member)],
  ['the organisation is out of use', () => h.call('auth.deactivate-organisation', { org: acme.org })],
  [
    'the organisation was out of use',
    async () => {
      await h.call('auth.deactivate-organisation', { org: acme.org })
      await h.call('auth.reactivate-organisation', { org: acme.org })
    },
  ],
]
test.each(moots)(
  'a secret confirms nothing where meanwhile %s, and all are answered alike',
  async (_, happen) => {
    const secret = await secretFor('taken@acme.example')
    await happen(secret)
    const before = await addressOf()
    expect(await refusalOf(confirm(secret))).toBe(nothing)
    expect(await addressOf()).toEqual(before)
  },
)

test('nor does one of another organisation, or of nobody', async () => {
  const secret = await secretFor(fresh())
  const other = await h.organisation(`other${n}`)
  expect(await refusalOf(confirm(secret, other.org))).toBe(nothing)
  expect(await refusalOf(confirm('x'.repeat(43)))).toBe(nothing)
  expect(await confirm(secret)).toEqual({ email: fresh() })
})

test('of many who confirm at once, and of two who want the same address, one does', async () => {
  const bob = await h.account(acme.org, `bob${n}`, role.member)
  const one = await secretFor(fresh())
  const two = await secretFor(fresh(), bob)
  const answers = await Promise.allSettled([one, one, two, two].map((secret) => confirm(secret)))
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const changed = (await types()).filter((type) => type === 'account.email-changed')
  expect(changed).toHaveLength(1)
})

test('one person has three mails a day sent to one address; the answers are the same', async () => {
  for (let i = 0; i < 5; i++) expect(await ask(fresh())).toEqual({})
  await h.post(acme.org)
  const asked = await h.db.superuser('SELECT count(*)::int AS n FROM auth.email_changes WHERE email = $1', [
    fresh(),
  ])
  expect(asked).toEqual([{ n: 3 }])
  // The ones that another took the place of are not sent.
  expect(sentTo(fresh())).toHaveLength(1)
})

test('a mail that failed is tried again as the same one, by another secret; both open', async () => {
  await ask(fresh())
  mail.refuseNext(451)
  await h.post(acme.org)
  expect(sentTo(fresh())).toEqual([])
  h.clock.advance(60_000)
  await h.post(acme.org)
  const [got] = sentTo(fresh())
  expect(got && (await confirm(secretIn(got)))).toEqual({ email: fresh() })
})
