import { type Actor, defaultRealmGroups, role, type Role, systemGroupsOf } from '@parley/access'
import { Capabilities, userSettings, valuesOf } from '@parley/api'
import { orgId, userId } from '@parley/core'
import { contractAvailable, contractFaults } from '@parley/testkit'
import { expect, test } from 'vitest'
import { organisationValues } from '../rules/organisation-values.ts'
import type { AccountRow, ListedRow } from '../repo/users.ts'
import { authState, needsEverybody, sectionTypes, type SnapshotFacts } from './snapshot.ts'

const account = (id: number, as: Role, other: Partial<ListedRow> = {}): ListedRow => ({
  userId: id,
  email: `user${id}@example.org`,
  deliveryEmail: `user${id}@example.org`,
  emailAddressVisibility: 1,
  fullName: `User ${id}`,
  role: as,
  isActive: true,
  isBot: false,
  botType: null,
  botOwnerId: null,
  dateJoined: new Date(1_700_000_000_000),
  timezone: '',
  avatarVersion: 1,
  generation: 1,
  waitingUntil: null,
  ...other,
})
const accounts = [
  account(1, role.owner),
  account(2, role.member),
  account(3, role.guest),
  account(4, role.member, { isActive: false }),
  account(5, role.admin, { emailAddressVisibility: 3, email: 'user5@users.example.org' }),
  account(6, role.member, { isBot: true, botType: 1, botOwnerId: 2 }),
]
const viewer = (row: AccountRow): Actor => ({
  orgId: orgId(1),
  userId: userId(row.userId),
  role: row.role as Role,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: systemGroupsOf(row.role as Role),
  realmGroups: defaultRealmGroups,
})
const facts = (id: number): SnapshotFacts => ({
  organisation: {
    subdomain: 'acme',
    name: 'Acme',
    description: '',
    created_at: new Date(1_700_000_000_000),
    deactivated: false,
    values: organisationValues(null, { name: 'Acme', description: '' }),
    groups: defaultRealmGroups,
  },
  permissions: { ...defaultRealmGroups, can_create_groups: { direct_members: [2], direct_subgroups: [5] } },
  webPublic: true,
  viewer: viewer(accounts.find((a) => a.userId === id) ?? account(id, role.member)),
  accounts,
  sight: null,
  systemBots: [
    {
      user_id: 9,
      email: 'bot@example.invalid',
      full_name: 'Notification Bot',
      date_joined: new Date(1_700_000_000_000),
    },
  ],
  groups: [],
  profiles: new Map([[2, { 7: { value: 'x', rendered_value: '<p>x</p>' } }]]),
  profileFields: [],
  domains: [],
  playgrounds: [],
  linkifiers: [],
  bots: [],
  navigationViews: [],
  ownAvatar: false,
  settings: valuesOf(userSettings, {}),
  defaults: valuesOf(userSettings, {}),
  now: 1_700_000_100_000,
})
const asked = (types: string[] | null, userSettingsObject = false) => ({
  types,
  capabilities: Capabilities.parse({ user_settings_object: userSettingsObject }),
  url: 'https://acme.example.org',
})

test.runIf(contractAvailable())('what register says of people and the organisation fits the contract', () => {
  for (const id of [1, 2, 3]) {
    const state = { result: 'success', msg: '', ...authState(facts(id), asked(null)) }
    expect(contractFaults('POST', '/register', 200, state)).toEqual([])
  }
})

test('every key that the phone app refuses to start without is there, as far as it is of people or the organisation', () => {
  const keys = `custom_profile_fields max_topic_length
    server_presence_ping_interval_seconds server_presence_offline_threshold_seconds
    realm_user_groups user_settings realm_wildcard_mention_policy realm_name
    realm_waiting_period_threshold realm_allow_message_editing realm_enable_read_receipts
    realm_presence_disabled realm_default_external_accounts max_file_upload_size_mib server_emoji_data_url
    event_queue_longpoll_timeout_seconds realm_users realm_non_active_users cross_realm_bots`
  expect(Object.keys(authState(facts(2), asked(null, true)))).toEqual(
    expect.arrayContaining(keys.split(/\s+/)),
  )
})

test('active and deactivated people are apart, and neither says which it is', () => {
  const state = authState(facts(1), asked(['realm_user']))
  const ids = (list: unknown) => (list as { user_id: number }[]).map((p) => p.user_id)
  expect(ids(state['realm_users'])).toEqual([1, 2, 3, 5, 6])
  expect(ids(state['realm_non_active_users'])).toEqual([4])
  const { cross_realm_bots: _, ...listed } = state
  expect(JSON.stringify(listed)).not.toContain('is_active')
})

test('an address for administrators only is seen by them alone', () => {
  const seen = (id: number) =>
    (authState(facts(id), asked(['realm_user']))['realm_users'] as { delivery_email: string | null }[])[3]
      ?.delivery_email
  expect([seen(1), seen(2), seen(3), seen(5)]).toEqual(['user5@example.org', null, null, 'user5@example.org'])
})

test('only what was asked for comes', () => {
  expect(Object.keys(authState(facts(1), asked(['stop_words', 'message', 'nonsense'])))).toEqual([
    'stop_words',
  ])
  expect(authState(facts(1), asked([]))).toEqual({})
})

test('settings stand at the top level only for clients from before user_settings', () => {
  const types = ['update_display_settings', 'update_global_notifications', 'user_settings']
  const old = authState(facts(1), asked(types))
  const today = authState(facts(1), asked(types, true))
  expect(old).toMatchObject({
    emojiset: 'google',
    enable_sounds: true,
    user_settings: { emojiset: 'google' },
  })
  expect(Object.keys(today)).toEqual(['user_settings'])
})

test('whatever does not need everybody is the same without the others', () => {
  expect(needsEverybody(null)).toBe(true)
  const all = facts(1)
  const alone = { ...all, accounts: all.accounts.filter(({ userId }) => userId === 1) }
  const types = sectionTypes.filter((type) => !needsEverybody([type]))
  expect(types).toHaveLength(sectionTypes.length - 2)
  expect(authState(alone, asked(types))).toEqual(authState(all, asked(types)))
})

test('system groups name active people by role', () => {
  const groups = authState(facts(1), asked(['realm_user_groups']))['realm_user_groups']
  expect((groups as { name: string; members: number[] }[]).map((g) => [g.name, g.members])).toEqual([
    ['role:internet', []],
    ['role:everyone', [3]],
    ['role:members', []],
    ['role:fullmembers', [2, 6]],
    ['role:moderators', []],
    ['role:administrators', [5]],
    ['role:owners', [1]],
    ['role:nobody', []],
  ])
})

test('a guest is told what a guest may not do', () => {
  expect(authState(facts(3), asked(['realm_user']))).toMatchObject({
    user_id: 3,
    is_guest: true,
    can_invite_others_to_realm: false,
  })
})
