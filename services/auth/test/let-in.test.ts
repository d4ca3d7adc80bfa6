import { mailServer, type MailServer, secretIn } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { between } from './between.ts'
import { goodPassword, type Harness, harness, type Made } from './harness.ts'

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

test('nobody comes in of their own accord behind the change that lets in only who was invited, wherever it falls', async () => {
  for (let n = 1; n <= 7; n++) {
    await setUp({ invite_required: 'false' })
    const secret = await asked(`late${n}@new.example`)
    const since = (await h.log(acme.org)).length
    const close = () => setUp({ invite_required: 'true' })
    const fields = { secret, full_name: `Late ${n}`, password: goodPassword }
    await between(h, n, close, () => h.ask('join', null, fields, {}, acme.org))
    const told = (await h.log(acme.org)).slice(since).map(({ type }) => type)
    expect(told.at(-1)).toBe('organisation.set')
    expect(told).not.toContain('account.created')
  }
})
