import { realmGroupSettings, role } from '@parley/access'
import { organisationSettings } from '@parley/api'
import { contractAvailable, contractFile } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let other: Made
let admin: Made
let member: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  admin = await h.account(acme.org, 'admin', role.admin)
  member = await h.account(acme.org, 'member', role.member)
})
afterAll(() => h[Symbol.asyncDispose]())

const patch = (as: Made, fields: Record<string, string>) => h.ask('update-realm', as, fields)
const settings = async (org: number) => h.told(org, ['realm'])
const tail = async (n: number) => (await h.log(acme.org)).slice(-n).map(({ type, body }) => [type, body])

test('an administrator changes what the organisation set, which everybody is told; other organisations keep theirs', async () => {
  expect(
    await patch(admin, {
      name: ' Acme Ltd ',
      message_content_edit_limit_seconds: '"unlimited"',
      enable_read_receipts: 'true',
      message_edit_history_visibility_policy: 'none',
    }),
  ).toEqual({})
  expect(await settings(acme.org)).toMatchObject({
    realm_name: 'Acme Ltd',
    realm_message_content_edit_limit_seconds: null,
    realm_enable_read_receipts: true,
    realm_message_edit_history_visibility_policy: 'none',
    realm_allow_edit_history: false,
    realm_description: '',
  })
  expect(await settings(other.org)).toMatchObject({
    realm_name: 'The other',
    realm_enable_read_receipts: false,
  })
  expect(await tail(6)).toEqual([
    [
      'organisation.settings-changed',
      {
        properties: [
          'name',
          'message_content_edit_limit_seconds',
          'message_edit_history_visibility_policy',
          'enable_read_receipts',
        ],
        by: admin.user,
      },
    ],
    ['organisation.set', { property: 'name', value: 'Acme Ltd' }],
    ['organisation.set', { property: 'message_content_edit_limit_seconds', value: null }],
    ['organisation.set', { property: 'message_edit_history_visibility_policy', value: 'none' }],
    ['organisation.set', { property: 'enable_read_receipts', value: true }],
    ['organisation.set', { property: 'allow_edit_history', value: false }],
  ])
  const before = await h.log(acme.org)
  await patch(admin, { enable_read_receipts: 'true', name: 'Acme Ltd' })
  expect(await h.log(acme.org)).toHaveLength(before.length)
  expect(await h.ask('get-server-settings', null, {}, {}, acme.org)).toMatchObject({ realm_name: 'Acme Ltd' })
})

test('whether messages need a topic is told to older clients as they know it', async () => {
  expect(await settings(acme.org)).toMatchObject({
    realm_topics_policy: 'allow_empty_topic',
    realm_mandatory_topics: false,
  })
  await patch(admin, { topics_policy: 'disable_empty_topic' })
  expect(await settings(acme.org)).toMatchObject({
    realm_topics_policy: 'disable_empty_topic',
    realm_mandatory_topics: true,
  })
  expect(await tail(3)).toEqual([
    ['organisation.settings-changed', { properties: ['topics_policy'], by: admin.user }],
    ['organisation.set', { property: 'topics_policy', value: 'disable_empty_topic' }],
    ['organisation.set', { property: 'mandatory_topics', value: true }],
  ])
  await patch(admin, { topics_policy: 'allow_empty_topic' })
})

test('some take one of a few numbers, one takes an address or none', async () => {
  await patch(acme, { video_chat_provider: '0', jitsi_server_url: '"https://meet.example.org"' })
  expect(await settings(acme.org)).toMatchObject({
    realm_video_chat_provider: 0,
    realm_jitsi_server_url: 'https://meet.example.org',
  })
  await patch(acme, { video_chat_provider: '1', jitsi_server_url: '"default"' })
  expect(await settings(acme.org)).toMatchObject({
    realm_video_chat_provider: 1,
    realm_jitsi_server_url: null,
  })
})

test.each([
  [{ name: '  ' }, 'REQUEST_VARIABLE_INVALID name cannot be blank'],
  [{ name: 'x'.repeat(41) }, 'REQUEST_VARIABLE_INVALID name is too long (limit: 40 characters)'],
  [
    { description: 'x'.repeat(1001) },
    'REQUEST_VARIABLE_INVALID description is too long (limit: 1000 characters)',
  ],
  [{ enable_read_receipts: '"yes"' }, 'REQUEST_VARIABLE_INVALID enable_read_receipts is not a boolean'],
  [
    { message_content_edit_limit_seconds: '0' },
    'REQUEST_VARIABLE_INVALID Invalid message_content_edit_limit_seconds',
  ],
  [{ digest_weekday: '7' }, 'REQUEST_VARIABLE_INVALID Invalid digest_weekday'],
  [{ video_chat_provider: '2' }, 'REQUEST_VARIABLE_INVALID Invalid video_chat_provider'],
  [{ default_language: 'no such' }, 'REQUEST_VARIABLE_INVALID Invalid default_language'],
  [{ jitsi_server_url: '"javascript:1"' }, 'REQUEST_VARIABLE_INVALID Invalid jitsi_server_url'],
  [{ topics_policy: 'empty_topic_only' }, 'REQUEST_VARIABLE_INVALID Invalid topics_policy'],
])('%j changes nothing: %s', async (fields, refusal) => {
  const before = await h.log(acme.org)
  expect(await refusalOf(patch(acme, { digest_emails_enabled: 'true', ...fields }))).toBe(`400 ${refusal}`)
  expect(await h.log(acme.org)).toHaveLength(before.length)
})

test('RO-04 members change nothing, administrators nothing that is the owners’', async () => {
  expect(await refusalOf(patch(member, { name: 'Mine' }))).toBe(
    '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator',
  )
  const owned = Object.entries(organisationSettings).filter(([, { ownersOnly }]) => ownersOnly)
  expect(owned.length).toBeGreaterThan(4)
  for (const [name, { initial }] of owned) {
    const value = name === 'message_retention_days' ? 'unlimited' : initial
    const fields = { [name]: JSON.stringify(value) }
    expect([name, await refusalOf(patch(admin, fields))]).toEqual([
      name,
      '400 UNAUTHORIZED_PRINCIPAL Must be an organization owner',
    ])
    expect(await patch(acme, fields)).toEqual({})
  }
})

test('changes at the same time are all kept', async () => {
  await Promise.all([
    patch(acme, { digest_weekday: '3' }),
    patch(admin, { giphy_rating: '0' }),
    patch(acme, { description: 'Tools' }),
  ])
  expect(await settings(acme.org)).toMatchObject({
    realm_digest_weekday: 3,
    realm_giphy_rating: 0,
    realm_description: 'Tools',
  })
})

test('the text that greets who is new is kept as it is written, and told', async () => {
  await patch(admin, { welcome_message_custom_text: 'Welcome, *you*' })
  expect(await settings(acme.org)).toMatchObject({ realm_welcome_message_custom_text: 'Welcome, *you*' })
  expect(await tail(2)).toEqual([
    ['organisation.settings-changed', { properties: ['welcome_message_custom_text'], by: admin.user }],
    ['organisation.set', { property: 'welcome_message_custom_text', value: 'Welcome, *you*' }],
  ])
  expect(await refusalOf(patch(admin, { welcome_message_custom_text: 'x'.repeat(8001) }))).toBe(
    '400 REQUEST_VARIABLE_INVALID welcome_message_custom_text is too long (limit: 8000 characters)',
  )
})

/** What clients are told of an organisation and `PATCH /realm` does not set, and by what it is said instead. */
const notSet: Readonly<Record<string, readonly string[]>> = {
  'lists with operations of their own': [
    'bots',
    'default_stream_groups',
    'default_streams',
    'domains',
    'emoji',
    'filters',
    'linkifiers',
    'non_active_users',
    'playgrounds',
    'user_groups',
    'user_settings_defaults',
    'users',
  ],
  'images with operations of their own': [
    'icon_source',
    'icon_url',
    'logo_source',
    'logo_url',
    'night_logo_source',
    'night_logo_url',
  ],
  'older names of what is set': [
    'allow_edit_history',
    'create_private_stream_policy',
    'create_public_stream_policy',
    'create_web_public_stream_policy',
    'mandatory_topics',
    'wildcard_mention_policy',
  ],
  'a setting of people, told here to clients from before': ['name_in_email_notifications_policy'],
  'what the server is and has': [
    'available_video_chat_providers',
    'bot_domain',
    'date_created',
    'default_external_accounts',
    'embedded_bots',
    'empty_topic_display_name',
    'incoming_webhook_bots',
    'owner_full_content_access',
    'push_notifications_enabled',
    'push_notifications_enabled_end_timestamp',
    'upload_quota_mib',
    'uri',
    'url',
  ],
  'one way of signing in, and nothing to pay': [
    'authentication_methods',
    'billing',
    'email_auth_enabled',
    'password_auth_enabled',
    'plan_type',
  ],
}

const Node = z.looseObject({
  properties: z.record(z.string(), z.unknown()).default({}),
  allOf: z.array(z.unknown()).default([]),
})
const keysOf = (schema: unknown): string[] => {
  const { properties, allOf } = Node.parse(schema)
  return [...Object.keys(properties), ...allOf.flatMap(keysOf)]
}

test.runIf(contractAvailable())(
  'whatever clients are told of an organisation is its own to set, but for what is listed',
  () => {
    const Operations = z.array(z.object({ path: z.string(), responses: z.record(z.string(), z.unknown()) }))
    const { operations } = z.object({ operations: Operations }).parse(JSON.parse(contractFile('api.json')))
    const register = operations.find(({ path }) => path === '/register')
    const told = keysOf(register?.responses['200'])
      .filter((key) => key.startsWith('realm_'))
      .map((key) => key.slice('realm_'.length))
    expect(told.length).toBeGreaterThan(100)
    const set = new Set<string>([...Object.keys(organisationSettings), ...realmGroupSettings])
    expect(told.filter((name) => !set.has(name)).toSorted()).toEqual(Object.values(notSet).flat().toSorted())
  },
)
