import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
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
  ada = await f.person(org)
  bob = await f.person(org)
  guest = await f.person(org, role.guest)
})

const create = (who: Person, fields: Record<string, unknown>) =>
  f.call(who, 'create-channel', { name: 'Town Hall', subscribers: [], ...fields })

test('a channel has what was asked for', async () => {
  const { body } = await create(ada, {
    name: ' Garden ',
    description: 'about\nplants',
    subscribers: [ada.id, bob.id, guest.id],
    can_send_message_group: 6,
    can_subscribe_group: { direct_members: [bob.id], direct_subgroups: [5] },
  })
  const { stream } = await f.ok(bob, 'get-channel', { stream_id: body['id'] })
  expect(stream).toMatchObject({
    stream_id: body['id'],
    name: 'Garden',
    description: 'about plants',
    creator_id: ada.id,
    invite_only: false,
    subscriber_count: 3,
    can_send_message_group: 6,
    can_subscribe_group: { direct_members: [bob.id], direct_subgroups: [5] },
    can_administer_channel_group: { direct_members: [ada.id], direct_subgroups: [] },
  })
  const { subscribers } = await f.ok(guest, 'list-members', { stream_id: body['id'] })
  expect(subscribers).toEqual([ada.id, bob.id, guest.id])
})

test('its maker is in it only where they say so, and knows of a private one anyhow', async () => {
  const { body } = await create(ada, { subscribers: [bob.id], invite_only: true })
  expect((await f.ok(ada, 'list-subscriptions')).subscriptions).toEqual([])
  const one = { stream_id: body['id'] }
  expect((await f.ok(ada, 'get-channel', one)).stream).toMatchObject({
    history_public_to_subscribers: false,
    subscriber_count: 1,
  })
  const log = await f.log(org)
  expect(log.map((e) => [e.type, [...e.users].sort((a, b) => a - b)])).toEqual([
    ['channel.established', []],
    ['channel.revealed', [owner.id, ada.id]],
    ['peer.added-within', [owner.id, ada.id]],
    ['membership.granted', [bob.id]],
    ['channel.revealed', [bob.id]],
    ['subscription.added', [bob.id]],
  ])
  const carol = await f.person(org)
  expect((await f.call(carol, 'get-channel', one)).body).toMatchObject({ msg: 'Invalid channel ID' })
  expect((await f.call(guest, 'get-channel', one)).body).toMatchObject({ msg: 'Invalid channel ID' })
})

test('nobody has to be in it', async () => {
  const { body } = await create(ada, {})
  expect((await f.ok(bob, 'get-channel', { stream_id: body['id'] })).stream).toMatchObject({
    subscriber_count: 0,
  })
  expect((await f.log(org)).map((e) => e.type)).toEqual(['channel.established', 'channel.created'])
})

test('a name is taken in any spelling, by a channel that one may know of or not', async () => {
  await create(owner, { invite_only: true })
  const taken = await create(ada, { name: 'town HALL' })
  expect(taken).toMatchObject({
    status: 409,
    body: { code: 'CHANNEL_ALREADY_EXISTS', channel_name: 'town HALL' },
  })
})

test('administrators make channels that new accounts are in', async () => {
  const { body } = await create(owner, { is_default_stream: true })
  expect((await f.log(org)).at(-1)).toMatchObject({
    type: 'default-channels.changed',
    body: { channel_ids: [body['id']] },
  })
  const streams = (await f.ok(ada, 'list-channels', { include_default: true })).streams
  expect(streams).toMatchObject([{ stream_id: body['id'], is_default: true }])
})

test.each([
  ['a member, a default', (): Person => ada, { is_default_stream: true }, 'Insufficient permission'],
  [
    'an owner, a private default',
    (): Person => owner,
    { is_default_stream: true, invite_only: true },
    'A default channel cannot be private.',
  ],
  ['a guest, any', (): Person => guest, {}, 'Insufficient permission'],
  [
    'anybody, a web-public one',
    (): Person => owner,
    { is_web_public: true },
    'Web-public channels are not enabled.',
  ],
  ['anybody, with nobody known', (): Person => ada, { subscribers: [99_999] }, 'No such user'],
  [
    'a member, how long it keeps',
    (): Person => ada,
    { message_retention_days: 30 },
    'Must be an organization owner',
  ],
  ['anybody, without a name', (): Person => ada, { name: '' }, "Channel name can't be empty."],
])('%s: refused, and nothing is made', async (_, who, fields, msg) => {
  expect((await create(who(), fields)).body).toMatchObject({ result: 'error', msg })
  expect(await f.log(org)).toEqual([])
})

test('who may not make one or bring others in is refused', async () => {
  await f.database.superuser('INSERT INTO auth.settings (org_id, permissions) VALUES ($1, $2)', [
    org,
    JSON.stringify({ can_create_private_channel_group: 6, can_add_subscribers_group: 6 }),
  ])
  const refused = { msg: 'Insufficient permission' }
  expect((await create(ada, { invite_only: true })).body).toMatchObject(refused)
  // Its maker administers it, unless they say otherwise.
  const given = { subscribers: [bob.id], can_administer_channel_group: 6 }
  expect((await create(ada, given)).body).toMatchObject(refused)
  expect((await create(ada, { subscribers: [bob.id] })).status).toBe(200)
})
