import { role } from '@parley/access'
import { mailServer, type MailServer, secretIn } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { between } from './between.ts'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let mail: MailServer
let h: Harness
let acme: Made
beforeAll(async () => {
  mail = await mailServer()
  h = await harness(mail)
  acme = await h.organisation('acme')
})
// So that no test reaches the limits of a day for another.
beforeEach(() => h.clock.advance(86_400_000))
afterAll(async () => {
  await h[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

const setUp = (fields: Record<string, string>) => h.ask('update-realm', acme, fields)
const asked = async (email: string) => {
  await h.ask('ask-to-join', null, { email }, {}, acme.org)
  await h.post(acme.org)
  const got = mail.received.findLast((one) => one.to.includes(email))
  if (!got) throw new Error('no mail came')
  return secretIn(got)
}

const newUser = { email: 'made@new.example', full_name: 'Made Up', password: goodPassword }
const invitation = { invitee_emails: 'asked@new.example', stream_ids: '[]' }
const written = async () => [
  ...(await h.db.superuser(`SELECT email FROM auth.invitations WHERE email = $1`, [
    invitation.invitee_emails,
  ])),
  ...(await h.db.superuser(`SELECT email FROM auth.users WHERE delivery_email = $1`, [newUser.email])),
]

test.each([
  ['create-user', newUser],
  ['send-invites', invitation],
] as const)('a key that was replaced while %s waited writes nothing', async (op, fields) => {
  const owner = await h.organisation(`waits-${op}`)
  await h.call('auth.create-account', {
    org: owner.org,
    email: 'second@new.example',
    fullName: 'Second Owner',
    role: role.owner,
    password: goodPassword,
    canCreateUsers: true,
  })
  await h.db.superuser('UPDATE auth.users SET can_create_users = true WHERE user_id = $1', [owner.user])
  const old = await h.principal(owner)
  const replaced = () => h.ask('regenerate-api-key', old)
  const outcome = await between(h, 1, replaced, () => h.ask(op, old, fields))
  expect(outcome).toMatchObject({
    status: 'rejected',
    reason: { code: 'UNAUTHORIZED', data: { stale: true } },
  })
  expect(await written()).toEqual([])
})

test.each([
  ['create-user', newUser],
  ['send-invites', invitation],
] as const)('nothing is written of %s that nobody waits for any more', async (op, fields) => {
  await h.db.superuser('UPDATE auth.users SET can_create_users = true WHERE user_id = $1', [acme.user])
  const gone = new AbortController()
  const hangUp = async () => gone.abort()
  const outcome = await between(h, 1, hangUp, () => h.ask(op, acme, fields, {}, acme.org, gone.signal))
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
  expect(await written()).toEqual([])
})

test('whoever hung up while coming in has not come in, and their invitation is good still', async () => {
  await setUp({ invite_required: 'false' })
  const secret = await asked('gone@new.example')
  const gone = new AbortController()
  const hangUp = async () => gone.abort()
  const fields = { secret, full_name: 'Gone Again', password: goodPassword }
  const outcome = await between(h, 1, hangUp, () => h.ask('join', null, fields, {}, acme.org, gone.signal))
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
  expect(await refusalOf(h.ask('join', null, fields, {}, acme.org))).toBe('not refused')
})
