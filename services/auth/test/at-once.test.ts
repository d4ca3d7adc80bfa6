import {
  type Account,
  type Organisation,
  signIn,
  testNetwork,
  type TestNetwork,
  testPassword,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

let network: TestNetwork
let org: Organisation

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, auth: 2, streams: 2 } })
  org = await network.organisation()
})
afterAll(() => network[Symbol.asyncDispose]())

const browserOf = async (email: string) =>
  org.client({ headers: await signIn(org.client(), email, testPassword), root: '/json' })
const statuses = (answers: readonly { status: number; body: Readonly<Record<string, unknown>> }[]) =>
  answers.map(({ status, body }) => [status, body['msg']])
const allWell = (answers: readonly unknown[]) => answers.map(() => [200, ''])

test('AC-13 many changes of rights at once all get through, whichever service they belong to', async () => {
  const people: Account[] = []
  for (let i = 0; i < 4; i++) people.push(await org.person(`Person ${i}`))
  const leavers: Account[] = []
  for (let i = 0; i < 3; i++) leavers.push(await org.person(`Leaver ${i}`))
  const browsers = await Promise.all(people.map((person) => browserOf(person.email)))
  const answers = await Promise.all([
    ...leavers.map((leaver) => org.owner.delete(`/users/${leaver.id}`)),
    ...browsers.map((browser) => browser.delete('/parley/sessions/current')),
    ...Array.from({ length: 4 }, (_, i) =>
      org.owner.post('/users', { email: `new${i}@example.com`, full_name: 'New', password: testPassword }),
    ),
    ...Array.from({ length: 6 }, (_, i) =>
      org.owner.post('/users/me/subscriptions', { subscriptions: [{ name: `Room ${i}` }] }),
    ),
  ])
  expect(statuses(answers)).toEqual(allWell(answers))
})

test('while other browsers of the same account sign out, its key goes on opening everything', async () => {
  const ada = await org.person('Ada')
  const browsers = await Promise.all(Array.from({ length: 3 }, () => browserOf(ada.email)))
  const there = org.client({ email: ada.email, apiKey: ada.apiKey, gateway: 2 })
  const answers = await Promise.all([
    ...browsers.map((browser) => browser.delete('/parley/sessions/current')),
    ...Array.from({ length: 20 }, (_, i) => (i % 2 ? ada : there).get('/users/me')),
  ])
  expect(statuses(answers)).toEqual(allWell(answers))
})
