import { role } from '@parley/access'
import { maxNavigationViews } from '@parley/api'
import { navigationViewChanged } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let ada: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  ada = await h.account(acme.org, 'ada', role.member)
})
afterAll(() => h[Symbol.asyncDispose]())

const add = (fields: Record<string, string>, as = ada) =>
  h.ask('add-navigation-view', as, { is_pinned: 'true', ...fields })
const edit = (fragment: string, fields: Record<string, string>, as = ada) =>
  h.ask('edit-navigation-view', as, fields, { fragment })
const remove = (fragment: string, as = ada) => h.ask('remove-navigation-view', as, {}, { fragment })
const views = async (as = ada) => (await h.ask('get-navigation-views', as))['navigation_views']
const last = async () => {
  const event = (await h.log(acme.org)).at(-1)
  const body = navigationViewChanged.body.parse(event?.body)
  const shape = navigationViewChanged.shape(body, {} as Parameters<typeof navigationViewChanged.shape>[1])
  expect(contractAvailable() ? eventFaults({ id: 1, ...shape }) : []).toEqual([])
  return body
}

test('views are one’s own, and told to oneself', async () => {
  await add({ fragment: 'inbox' })
  await add({ fragment: 'narrow/topic/tea', name: ' Tea ' })
  const tea = { fragment: 'narrow/topic/tea', is_pinned: true, name: 'Tea' }
  expect(await last()).toEqual({ op: 'add', navigation_view: tea })
  const both = [{ fragment: 'inbox', is_pinned: true, name: null }, tea]
  expect(await views()).toEqual(both)
  expect(await views(acme)).toEqual([])
  expect(await h.told(acme.org, ['navigation_views'], ada.user)).toMatchObject({ navigation_views: both })

  await edit('narrow/topic/tea', { is_pinned: 'false' })
  expect(await last()).toEqual({ op: 'update', fragment: tea.fragment, data: { is_pinned: false } })
  await edit('narrow/topic/tea', { name: 'Teas' })
  expect(await last()).toEqual({ op: 'update', fragment: tea.fragment, data: { name: 'Teas' } })
  const { length } = await h.log(acme.org)
  await edit('narrow/topic/tea', { name: 'Teas', is_pinned: 'false' })
  expect(await h.log(acme.org)).toHaveLength(length)
  await remove('narrow/topic/tea')
  expect(await last()).toEqual({ op: 'remove', fragment: tea.fragment })
  await remove('inbox')
  expect(await views()).toEqual([])
})

test('what does not fit is refused', async () => {
  await add({ fragment: 'a', name: 'A' })
  const exists = '400 BAD_REQUEST Navigation view already exists.'
  expect(await refusalOf(add({ fragment: 'a', name: 'B' }))).toBe(exists)
  expect(await refusalOf(add({ fragment: 'b', name: 'A' }))).toBe(exists)
  expect(await refusalOf(add({ fragment: 'b' }))).toBe('400 BAD_REQUEST Custom views must have a valid name.')
  expect(await refusalOf(add({ fragment: ' ', name: 'B' }))).toBe('400 BAD_REQUEST fragment cannot be blank')
  expect(await refusalOf(add({ fragment: 'recent', name: 'B' }))).toBe(
    '400 BAD_REQUEST Built-in views cannot have a custom name.',
  )
  expect(await refusalOf(edit('b', {}))).toBe('404 NOT_FOUND Navigation view does not exist.')
  expect(await refusalOf(remove('a', acme))).toBe('404 NOT_FOUND Navigation view does not exist.')
})

test('there are only so many', async () => {
  for (let i = 0; i < maxNavigationViews; i++) await add({ fragment: `v${i}`, name: `V${i}` }, acme)
  expect(await refusalOf(add({ fragment: 'more', name: 'More' }, acme))).toContain(
    'Too many navigation views',
  )
})
