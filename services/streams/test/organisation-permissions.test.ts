import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let admin: Person
let mod: Person
let ada: Person
let bob: Person
let guest: Person

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  admin = await f.person(org, role.admin)
  mod = await f.person(org, role.moderator)
  ada = await f.person(org)
  bob = await f.person(org)
  guest = await f.person(org, role.guest)
})

const moderators = 5
const nobody = 8
const give = (permissions: Readonly<Record<string, number>>) =>
  f.database.superuser(
    `INSERT INTO auth.settings AS s (org_id, permissions) VALUES ($1, $2)
     ON CONFLICT (org_id) DO UPDATE SET permissions = s.permissions || excluded.permissions`,
    [org, JSON.stringify(permissions)],
  )
const subscribe = async (who: Person, name: string, fields: Record<string, unknown> = {}): Promise<unknown> =>
  (await f.call(who, 'subscribe', { subscriptions: [{ name }], ...fields })).body['msg']
const channel = async (who: Person, stream: string): Promise<number> =>
  z.int().parse((await f.ok(who, 'find-channel', { stream }))['stream_id'])
const refused = 'Insufficient permission'

test('channels of each kind are made by whom the organisation lets; guests never make any', async () => {
  await give({ can_create_public_channel_group: moderators })
  expect(await subscribe(ada, 'one')).toBe(refused)
  expect(await subscribe(ada, 'two', { invite_only: true })).toBe('')
  expect(await subscribe(mod, 'one')).toBe('')
  // Coming into one that is there is another thing.
  expect(await subscribe(ada, 'one')).toBe('')
  await give({ can_create_public_channel_group: 3, can_create_private_channel_group: nobody })
  expect(await subscribe(owner, 'three', { invite_only: true })).toBe(refused)
  expect(await subscribe(ada, 'three')).toBe('')
  expect(await subscribe(guest, 'four')).toBe(refused)
  await give({ can_create_web_public_channel_group: nobody })
  expect(await subscribe(owner, 'five', { is_web_public: true })).toBe('Web-public channels are not enabled.')
})

test('nor does a channel become what its administrator could not make', async () => {
  await subscribe(ada, 'hers')
  const id = await channel(ada, 'hers')
  const change = async (who: Person, is_private: boolean): Promise<unknown> =>
    (await f.call(who, 'update-channel', { stream_id: id, is_private })).body['msg']
  await give({ can_create_private_channel_group: moderators })
  expect(await change(ada, true)).toBe(refused)
  await subscribe(admin, 'hers')
  expect(await change(admin, true)).toBe('')
  await give({ can_create_public_channel_group: nobody })
  expect(await change(ada, false)).toBe(refused)
})

test('others are brought in by whom the organisation lets, administrators and the channel’s own', async () => {
  await subscribe(ada, 'hers')
  await subscribe(bob, 'hers')
  await give({ can_add_subscribers_group: moderators })
  const joined = (who: Person, person: Person) => subscribe(who, 'hers', { principals: [person.id] })
  expect(await joined(bob, mod)).toBe('Unable to access channel (hers).')
  expect(await subscribe(bob, 'hers', { principals: [bob.id] })).toBe('')
  expect(await joined(ada, mod)).toBe('')
  expect(await joined(mod, guest)).toBe('')
  await give({ can_add_subscribers_group: nobody })
  expect(await joined(mod, owner)).toBe('Unable to access channel (hers).')
  expect(await joined(admin, owner)).toBe('')
  // What the channel gives stands beside it.
  await f.ok(ada, 'update-channel', {
    stream_id: await channel(ada, 'hers'),
    can_add_subscribers_group: { new: { direct_members: [bob.id], direct_subgroups: [] } },
  })
  expect(await joined(bob, admin)).toBe('')
})

test('a new channel begins with others only where its maker could bring them in', async () => {
  await give({ can_add_subscribers_group: moderators })
  const others = { principals: [ada.id, bob.id] }
  expect(await subscribe(ada, 'hers', others)).toBe('')
  expect(await subscribe(ada, 'nobody’s', { ...others, can_administer_channel_group: nobody })).toBe(refused)
  expect(await subscribe(mod, 'nobody’s', { ...others, can_administer_channel_group: nobody })).toBe('')
})
