import {
  type Account,
  type Answer,
  type Organisation,
  secretIn,
  signIn,
  testNetwork,
  type TestNetwork,
  testPassword,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let here: Organisation
let there: Organisation
let ada: Account
beforeAll(async () => {
  network = await testNetwork()
  here = await network.organisation()
  there = await network.organisation()
  ada = await here.person('Ada')
})
afterAll(() => network[Symbol.asyncDispose]())

/** What came to an address last. */
async function secretFor(to: string): Promise<string> {
  const last = () => network.mail.received.findLast((one) => one.to.includes(to))
  await expect.poll(last, { timeout: 20_000, interval: 20 }).toBeDefined()
  const mail = last()
  if (!mail) throw new Error(`no mail to ${to}`)
  return secretIn(mail)
}

/** Of an answer all but what is of one request: its id, date and counts. */
const told = ({ status, body }: Answer) => ({ status, body })
const never = 'x'.repeat(43)

test('TE-02 an invitation of another organisation opens nothing, as one that never was, and stays good in its own', async () => {
  await here.owner.ok('POST', '/invites', { invitee_emails: 'mia@new.example', stream_ids: [] })
  const secret = await secretFor('mia@new.example')
  const join = (where: Organisation, given: string) =>
    where.client().post('/parley/join', { secret: given, full_name: 'Mia', password: testPassword })
  const refused = told(await join(there, secret))
  expect(refused).toEqual(told(await join(there, never)))
  expect(refused).toMatchObject({ status: 400, body: { msg: 'Invalid or expired invitation.' } })
  expect((await join(here, secret)).status).toBe(200)
})

test('TE-02 a link of another organisation lets nobody ask to join', async () => {
  const { invite_link: link } = await here.owner.ok('POST', '/invites/multiuse', {})
  const [, secret = ''] = z.string().parse(link).split('#')
  expect(secret).toHaveLength(43)
  const ask = (where: Organisation, given: string) =>
    where.client().post('/parley/join/ask', { email: 'lou@new.example', secret: given })
  const refused = told(await ask(there, secret))
  expect(refused).toEqual(told(await ask(there, never)))
  expect(refused).toMatchObject({ status: 400, body: { msg: 'Invalid or expired invitation.' } })
  expect((await ask(here, secret)).status).toBe(200)
})

test('TE-02 an address is confirmed in its own organisation alone', async () => {
  await ada.ok('PATCH', '/settings', { email: 'ada@new.example' })
  const secret = await secretFor('ada@new.example')
  const confirm = (where: Organisation, given: string) =>
    where.client().post('/parley/email/confirm', { secret: given })
  const refused = told(await confirm(there, secret))
  expect(refused).toEqual(told(await confirm(there, never)))
  expect(refused).toMatchObject({ status: 400, body: { msg: 'Invalid or expired confirmation.' } })
  expect((await confirm(here, secret)).status).toBe(200)
})

test('TE-02 a session and a key of another organisation are nobody’s', async () => {
  const bea = await here.person('Bea')
  const headers = await signIn(here.client(), bea.email, testPassword)
  const own = (where: Organisation) =>
    where.client({ headers: { ...headers, origin: where.url }, root: '/json' }).get('/users/me')
  expect((await own(here)).body['user_id']).toBe(bea.id)
  expect((await own(there)).status).toBe(401)
  const byKey = (where: Organisation) =>
    where.client({ email: bea.email, apiKey: bea.apiKey }).get('/users/me')
  expect((await byKey(here)).body['user_id']).toBe(bea.id)
  expect((await byKey(there)).status).toBe(401)
  // Nor does its password open a session or give a key there.
  for (const path of ['/parley/sessions', '/fetch_api_key'])
    expect((await there.client().post(path, { username: bea.email, password: testPassword })).status).toBe(
      401,
    )
})
