import { role } from '@parley/access'
import { Capabilities, type Linkifier, maxLinkifiers } from '@parley/api'
import { linkifiersSet } from '@parley/events'
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

const issue = { pattern: '#(?P<id>[0-9]+)', url_template: 'https://a.example/{id}' }
const ticket = { pattern: 'T(?P<id>[0-9]+)', url_template: 'https://t.example/{id}' }
const add = async (fields: Partial<typeof issue> = {}, as = acme) =>
  z.int().parse((await h.ask('add-linkifier', as, { ...issue, ...fields }))['id'])
const change = (id: number, fields: typeof issue, as = acme) =>
  h.ask('update-linkifier', as, fields, { filter_id: String(id) })
const remove = (id: number, as = acme) => h.ask('remove-linkifier', as, {}, { filter_id: String(id) })
const order = (ids: readonly number[], as = acme) =>
  h.ask('reorder-linkifiers', as, { ordered_linkifier_ids: JSON.stringify(ids) })
const all = async (as = acme) => (await h.ask('get-linkifiers', as))['linkifiers']
const last = async () => (await h.log(acme.org)).slice(-2).map(({ body }) => body)
const act = (op: string, id: number | null) => ({ list: 'linkifiers', op, id, by: acme.user })

/** The event as queues get it that know URL templates, or do not. */
const shapeOf = (body: unknown, known: boolean) =>
  linkifiersSet.shape(linkifiersSet.body.parse(body), {
    capabilities: Capabilities.parse({ linkifier_url_template: known }),
  } as Parameters<typeof linkifiersSet.shape>[1])

test('administrators keep linkifiers in their order, and everybody is told', async () => {
  const id = await add({ pattern: ` ${issue.pattern} ` })
  const [first, event] = await last()
  expect(first).toEqual(act('add', id))
  expect(shapeOf(event, true)).toEqual({ type: 'realm_linkifiers', realm_linkifiers: [{ id, ...issue }] })
  expect(shapeOf(event, false)).toEqual({ type: 'realm_linkifiers', realm_linkifiers: [] })
  expect(contractAvailable() ? eventFaults({ id: 1, ...shapeOf(event, true) }) : []).toEqual([])
  expect(linkifiersSet.changesRights).toBe(true)

  const second = await add(ticket)
  const list: Linkifier[] = [
    { id, ...issue },
    { id: second, ...ticket },
  ]
  expect([await all(), await all(member), await all(other)]).toEqual([list, list, []])
  await order([second, id])
  expect(await last()).toEqual([act('reorder', null), { realm_linkifiers: list.toReversed() }])
  await change(id, { ...issue, url_template: 'https://b.example/{id}' })
  expect((await last())[0]).toEqual(act('update', id))
  await remove(second)
  expect((await last())[0]).toEqual(act('remove', second))
  expect(await all()).toEqual([{ id, ...issue, url_template: 'https://b.example/{id}' }])
})

test('what changes nothing is told to nobody', async () => {
  const [first] = z.array(z.object({ id: z.int() })).parse(await all())
  const before = (await h.log(acme.org)).length
  await change(first?.id ?? 0, { ...issue, url_template: 'https://b.example/{id}' })
  await order([first?.id ?? 0])
  expect(await h.log(acme.org)).toHaveLength(before)
})

test('register tells those who know URL templates', async () => {
  expect(await h.told(acme.org, ['realm_linkifiers'])).toEqual({ realm_linkifiers: [] })
  const known = await h.told(acme.org, ['realm_linkifiers'], acme.user, { linkifier_url_template: true })
  expect(known).toEqual({ realm_linkifiers: await all() })
})

test('nobody else keeps any, and none of another organisation', async () => {
  const [first] = z.array(z.object({ id: z.int() })).parse(await all())
  const id = first?.id ?? 0
  const admins = '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator'
  const tries = [
    () => add({}, member),
    () => change(id, issue, member),
    () => remove(id, member),
    () => order([id], member),
  ]
  for (const refused of tries) expect(await refusalOf(refused())).toBe(admins)
  const absent = '400 BAD_REQUEST Linkifier not found.'
  expect(await refusalOf(change(id, ticket, other))).toBe(absent)
  expect(await refusalOf(remove(id, other))).toBe(absent)
  expect(await refusalOf(remove(10 ** 12))).toBe(absent)
  const enumerate = '400 BAD_REQUEST The ordered list must enumerate all existing linkifiers exactly once'
  for (const ids of [[], [id, id], [id + 1]]) expect(await refusalOf(order(ids))).toBe(enumerate)
})

test.each([
  [{ pattern: ' ' }, 'This field cannot be blank.'],
  [{ url_template: '' }, 'This field cannot be blank.'],
  [{ pattern: '(' }, 'Bad regular expression'],
  [{ pattern: '(?P<id>(?:a{30}){30})' }, 'Regular expression is too complex'],
  [{ url_template: 'javascript:{id}' }, 'Invalid URL template.'],
  [
    { url_template: 'https://x.org/{id}{?a}' },
    "Group 'a' in URL template is not present in linkifier pattern.",
  ],
  [{ url_template: 'https://x.org/' }, "Group 'id' in linkifier pattern is not present in URL template."],
])('%j is refused: %s', async (fields, refusal) => {
  expect(await refusalOf(add({ ...ticket, ...fields }))).toBe(`400 BAD_REQUEST ${refusal}`)
})

test('one of a pattern, and only so many, in a list that fits an event', async () => {
  expect(await refusalOf(add())).toContain('already exists.')
  const url_template = `https://x.example/${'x'.repeat(1_900)}{?id}`
  for (let i = 1; i < maxLinkifiers; i++) await add({ pattern: `${i}-(?P<id>[a-z]+)`, url_template })
  expect(await refusalOf(add(ticket))).toContain('Too many linkifiers')
})
