import { role } from '@parley/access'
import { orgId } from '@parley/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let ada: Made
let ben: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  ada = await h.account(acme.org, 'ada', role.member)
  ben = await h.account(acme.org, 'ben', role.member)
})
afterAll(() => h[Symbol.asyncDispose]())

const own = async (who: Made) => (await h.told(acme.org, ['user_settings'], who.user))['user_settings']
const patch = (as: Made, fields: Record<string, string>, op = 'update-settings') => h.ask(op, as, fields)

test('what somebody sets is their own, and they alone are told', async () => {
  expect(await patch(ada, { enter_sends: 'true', emojiset: 'twitter', web_font_size_px: '16' })).toEqual({})
  expect(await own(ada)).toMatchObject({ enter_sends: true, emojiset: 'twitter', enable_sounds: true })
  expect(await own(ben)).toMatchObject({ enter_sends: false, emojiset: 'google' })
  expect((await h.log(acme.org)).slice(-2)).toMatchObject([
    { type: 'account.set', users: [ada.user], body: { property: 'emojiset', value: 'twitter' } },
    { type: 'account.set', users: [ada.user], body: { property: 'enter_sends', value: true } },
  ])
  const before = await h.log(acme.org)
  await patch(ada, { emojiset: 'twitter' })
  expect(await h.log(acme.org)).toHaveLength(before.length)
})

test('everybody is told in which time zone somebody is, and their own settings say it', async () => {
  // Also by a name that is out of use.
  for (const timezone of [
    'Europe/Berlin',
    'Asia/Calcutta',
    'Etc/GMT+5',
    'America/Argentina/Buenos_Aires',
    'UTC',
  ]) {
    expect(await patch(ada, { timezone })).toEqual({})
    const email = 'ada@acme.example'
    expect((await h.log(acme.org)).slice(-2)).toMatchObject([
      { type: 'account.set', users: [ada.user], body: { property: 'timezone', value: timezone } },
      { type: 'user.time-zone-set', body: { user_id: ada.user, email, timezone } },
    ])
    expect(await own(ada)).toMatchObject({ timezone })
    expect(await h.ask('get-user', ben, {}, { user_id: String(ada.user) })).toMatchObject({
      user: { timezone },
    })
    expect(await h.ask('get-own-user', ada)).toMatchObject({ timezone })
  }
  const before = await h.log(acme.org)
  await patch(ada, { timezone: 'UTC' })
  expect(await h.log(acme.org)).toHaveLength(before.length)
  expect(await own(ben)).toMatchObject({ timezone: '' })
})

const AccountSet = z.object({ property: z.string(), value: z.unknown() })
test('of which topics one hears more by oneself is one’s own, and sends learn of it by the rights', async () => {
  const rights = async () => (await h.log(acme.org)).at(-1)?.rights
  const before = await rights()
  await patch(ben, {
    automatically_follow_topics_policy: '2',
    automatically_unmute_topics_in_muted_streams_policy: '1',
    automatically_follow_topics_where_mentioned: 'true',
  })
  const set = {
    automatically_follow_topics_policy: 2,
    automatically_unmute_topics_in_muted_streams_policy: 1,
    automatically_follow_topics_where_mentioned: true,
  }
  expect(await own(ben)).toMatchObject(set)
  const log = (await h.log(acme.org)).slice(-4)
  const told = log.slice(0, 3).map(({ body }) => AccountSet.parse(body))
  expect(Object.fromEntries(told.map(({ property, value }) => [property, value]))).toEqual(set)
  expect(log.at(-1)).toMatchObject({ type: 'account.automatic-topics-changed', body: { user_id: ben.user } })
  expect(await rights()).not.toBe(before)
  const messaging = await h.db.as('messaging')
  const Wish = z.object({ user_id: z.int(), follow: z.int(), unmute: z.int() })
  const wishes = await messaging.read(orgId(acme.org), (tx) =>
    tx.query(Wish, 'SELECT user_id, follow, unmute FROM auth.v1_automatic_topics WHERE org_id = $1', [
      acme.org,
    ]),
  )
  expect(wishes).toEqual([{ user_id: ben.user, follow: 2, unmute: 1 }])
  expect(await refusalOf(patch(ben, { automatically_follow_topics_policy: '5' }))).toBe(
    '400 REQUEST_VARIABLE_INVALID Invalid automatically_follow_topics_policy',
  )
})

test('older clients set by the older names', async () => {
  await patch(ben, { left_side_userlist: 'true' }, 'update-display-settings')
  await patch(ben, { enable_sounds: 'false' }, 'update-notification-settings')
  expect(await own(ben)).toMatchObject({ left_side_userlist: true, enable_sounds: false })
})

test.each([
  [{ color_scheme: '4' }, 'REQUEST_VARIABLE_INVALID Invalid color_scheme'],
  [{ emojiset: 'mine' }, 'REQUEST_VARIABLE_INVALID Invalid emojiset'],
  [{ enter_sends: '1' }, 'REQUEST_VARIABLE_INVALID enter_sends is not a boolean'],
  [{ email_address_visibility: '6' }, 'REQUEST_VARIABLE_INVALID Invalid email_address_visibility'],
  [
    { email: 'new@acme.example' },
    'BAD_REQUEST This server sends no e-mail, which another address needs. Its operator can set that up.',
  ],
  [{ timezone: 'Europe/Atlantis' }, 'REQUEST_VARIABLE_INVALID Invalid timezone'],
  [{ timezone: 'europe/berlin' }, 'REQUEST_VARIABLE_INVALID Invalid timezone'],
  [{ timezone: '+02:00' }, 'REQUEST_VARIABLE_INVALID Invalid timezone'],
  [{ timezone: '' }, 'REQUEST_VARIABLE_INVALID Invalid timezone'],
  [{ new_password: 'x', old_password: 'y' }, 'BAD_REQUEST Wrong password!'],
  [{ full_name: '@all' }, 'BAD_REQUEST Invalid characters in name!'],
])('%j changes nothing: %s', async (fields, refusal) => {
  const before = await own(ada)
  const log = await h.log(acme.org)
  expect(await refusalOf(patch(ada, { starred_message_counts: 'false', ...fields }))).toBe(`400 ${refusal}`)
  expect([await own(ada), await h.log(acme.org)]).toEqual([before, log])
})

test('one’s own name is changed unless the organisation keeps names; administrators always may', async () => {
  await patch(ada, { full_name: 'Ada Renamed' })
  expect((await h.log(acme.org)).at(-1)).toMatchObject({
    type: 'user.renamed',
    body: { user_id: ada.user, full_name: 'Ada Renamed' },
  })
  await patch(ada, { full_name: 'Ada Renamed' })
  await h.ask('update-realm', acme, { name_changes_disabled: 'true' })
  await patch(ada, { full_name: 'Ada Again' })
  await patch(acme, { full_name: 'Olga Again' })
  expect(await h.ask('get-own-user', ada)).toMatchObject({ full_name: 'Ada Renamed' })
  expect(await h.ask('get-own-user', acme)).toMatchObject({ full_name: 'Olga Again' })
})

test('new accounts begin with what administrators say, and keep it when that changes; the others keep theirs', async () => {
  const defaults = (as: Made, fields: Record<string, string>) =>
    patch(as, fields, 'update-realm-user-settings-defaults')
  expect(await refusalOf(defaults(ada, { enter_sends: 'true' }))).toBe(
    '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator',
  )
  await defaults(acme, { color_scheme: '2', enter_sends: 'true' })
  const first = await h.account(acme.org, 'first', role.member)
  await defaults(acme, { color_scheme: '3' })
  await defaults(acme, { color_scheme: '3' })
  const second = await h.account(acme.org, 'second', role.member)
  expect(await own(first)).toMatchObject({ color_scheme: 2, enter_sends: true })
  expect(await own(second)).toMatchObject({ color_scheme: 3, enter_sends: true })
  expect(await own(ben)).toMatchObject({ color_scheme: 1 })
  expect(await h.told(acme.org, ['realm_user_settings_defaults'])).toMatchObject({
    realm_user_settings_defaults: { color_scheme: 3, enter_sends: true },
  })
  expect((await h.log(acme.org)).filter(({ type }) => type === 'organisation.default-set')).toHaveLength(3)
})
