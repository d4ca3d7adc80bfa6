import { role } from '@parley/access'
import { mailServer, type MailServer } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { between } from './between.ts'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let mail: MailServer
let h: Harness
let acme: Made
let member: Made
beforeAll(async () => {
  mail = await mailServer()
  h = await harness(mail)
  acme = await h.organisation('acme')
  member = await h.account(acme.org, 'member', role.member)
})
afterAll(async () => {
  await h[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

const invite = (email: string) => h.ask('send-invites', member, { invitee_emails: email, stream_ids: '[]' })
const idOf = async (email: string) => {
  const { invites } = await h.ask('get-invites', member)
  const listed = z.array(z.looseObject({ id: z.int(), email: z.string().optional() })).parse(invites)
  return String(listed.findLast((one) => one.email === email)?.id ?? 0)
}
const resend = async (email: string) =>
  h.ask('resend-email-invite', member, {}, { invite_id: await idOf(email) })
const revoke = async (email: string) =>
  h.ask('revoke-email-invite', member, {}, { invite_id: await idOf(email) })
const came = async (address: string) => {
  await h.post(acme.org)
  return mail.received.filter((one) => one.to.includes(address)).length
}

test('nothing is sent of what its inviter may not give any more, first or again', async () => {
  await invite('right@new.example')
  await h.ask('update-realm', acme, { can_invite_users_group: JSON.stringify({ new: 6 }) })
  expect(await came('right@new.example')).toBe(0)
  expect(await refusalOf(resend('right@new.example'))).toBe('400 BAD_REQUEST Insufficient permission')
  await h.ask('update-realm', acme, { can_invite_users_group: JSON.stringify({ new: 3 }) })
  await resend('right@new.example')
  expect(await came('right@new.example')).toBe(1)

  await h.ask('add-realm-domain', acme, { domain: 'in.example', allow_subdomains: 'false' })
  await h.ask('update-realm', acme, { emails_restricted_to_domains: 'true' })
  expect(await refusalOf(resend('right@new.example'))).toBe(
    "400 BAD_REQUEST Email 'right@new.example' not allowed in this organization",
  )
  await h.ask('update-realm', acme, { emails_restricted_to_domains: 'false' })
})

test('nor of what is taken back while it is sent again, wherever that falls', async () => {
  for (let n = 1; n <= 4; n++) {
    const address = `back${n}@new.example`
    await invite(address)
    expect(await came(address)).toBe(1)
    const id = await idOf(address)
    const again = () => h.ask('resend-email-invite', member, {}, { invite_id: id })
    const since = (await h.log(acme.org)).length
    const outcome = await between(h, n, () => revoke(address), again)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'No such invitation' } })
    const acts = (await h.log(acme.org)).slice(since).filter(({ type }) => type === 'invitation.changed')
    expect(acts.map(({ body }) => body)).toMatchObject([{ op: 'revoked' }])
    expect(await came(address)).toBe(1)
  }
})

test('sending, sending again and taking back at once: none waits for another for ever, and what is taken back opens nothing', async () => {
  h.clock.advance(86_400_000)
  // As many as one account may have wait for its turn.
  const addresses = Array.from({ length: 16 }, (_, i) => `once${i}@new.example`)
  await invite(addresses.join(','))
  const work = addresses.flatMap((address) => [
    refusalOf(resend(address)),
    h.post(acme.org),
    refusalOf(revoke(address)),
  ])
  const outcomes = (await Promise.all(work)).filter((outcome) => typeof outcome === 'string')
  const expected = new Set(['not refused', '400 BAD_REQUEST No such invitation'])
  expect(outcomes.filter((outcome) => !expected.has(outcome))).toEqual([])
  await h.post(acme.org)
  expect((await h.ask('get-invites', member))['invites']).not.toContainEqual(
    expect.objectContaining({ email: expect.stringContaining('once') as string }),
  )
  const open = `SELECT FROM auth.invitation_secrets JOIN auth.invitations USING (org_id, invitation_id)
    WHERE email LIKE 'once%' AND ended_at IS NULL`
  expect([await h.db.superuser(open), await h.db.superuser('SELECT FROM auth.mails')]).toEqual([[], []])
})
