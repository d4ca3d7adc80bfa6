import { role } from '@parley/access'
import { maxPlaygrounds } from '@parley/api'
import { playgroundsSet } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let other: Made
let member: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  member = await h.account(acme.org, 'member', role.member)
})
afterAll(() => h[Symbol.asyncDispose]())

const rust = { name: 'Rust', pygments_language: 'Rust', url_template: 'https://play.example/?code={code}' }
const add = async (fields: Partial<typeof rust> = {}, as = acme) =>
  z.int().parse((await h.ask('add-code-playground', as, { ...rust, ...fields }))['id'])
const remove = (id: number, as = acme) =>
  h.ask('remove-code-playground', as, {}, { playground_id: String(id) })
const told = async (org = acme.org) => (await h.told(org, ['realm_playgrounds']))['realm_playgrounds']

test('administrators keep playgrounds, and everybody is told', async () => {
  const id = await add({ name: ' Rust ' })
  expect(await told()).toEqual([{ id, ...rust }])
  expect(await told(other.org)).toEqual([])
  const [act, event] = (await h.log(acme.org)).slice(-2)
  expect(act?.body).toEqual({ list: 'playgrounds', op: 'add', id, by: acme.user })
  const shape = playgroundsSet.shape(
    playgroundsSet.body.parse(event?.body),
    {} as Parameters<typeof playgroundsSet.shape>[1],
  )
  expect(contractAvailable() ? eventFaults({ id: 1, ...shape }) : []).toEqual([])
  expect(await refusalOf(remove(id, other))).toBe('400 BAD_REQUEST Invalid playground')
  expect(await refusalOf(remove(10 ** 12))).toBe('400 BAD_REQUEST Invalid playground')
  await remove(id)
  expect(await told()).toEqual([])
})

test('members keep none', async () => {
  const admins = '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator'
  expect(await refusalOf(add({}, member))).toBe(admins)
  expect(await refusalOf(remove(1, member))).toBe(admins)
})

test.each([
  [{ name: ' ' }, 'name cannot be blank'],
  [{ pygments_language: '<b>' }, 'Invalid characters in pygments language'],
  [{ url_template: 'javascript:{code}' }, 'Invalid URL template.'],
  [{ url_template: 'https://x.org/' }, 'Missing the required variable "code" in the URL template'],
  [
    { url_template: 'https://x.org/{code}{?a}' },
    '"code" should be the only variable present in the URL template',
  ],
])('%j is refused: %s', async (fields, refusal) => {
  expect(await refusalOf(add(fields))).toBe(`400 BAD_REQUEST ${refusal}`)
})

test('one of a name and language, and only so many', async () => {
  const made = [await add()]
  expect(await refusalOf(add())).toContain('already exists.')
  while (made.length < maxPlaygrounds) made.push(await add({ name: `Rust ${made.length}` }))
  expect(await refusalOf(add({ name: 'More' }))).toContain('Too many playgrounds')
})
