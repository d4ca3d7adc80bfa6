import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let ada: Person
let bob: Person
let guest: Person

beforeAll(async () => {
  f = await fixture()
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  ada = await f.person(org)
  bob = await f.person(org)
  guest = await f.person(org, role.guest)
})
afterAll(() => f[Symbol.asyncDispose]())

const Listed = z.array(z.looseObject({ name: z.string() }))
const channelOf = async (who: Person, name: string) =>
  Listed.parse((await f.ok(who, 'list-channels', { include_all: true })).streams).find(
    (one) => one.name === name,
  )
const make = (name: string, fields: Record<string, unknown>) =>
  f.ok(ada, 'subscribe', { subscriptions: [{ name }], invite_only: true, ...fields })
const naming = (...people: readonly Person[]) => ({
  direct_members: people.map(({ id }) => id),
  direct_subgroups: [],
})

test('who makes a channel says who may do what in it; the rest is as ever', async () => {
  await make('desk', {
    can_send_message_group: { direct_members: [], direct_subgroups: [6] },
    can_subscribe_group: { direct_members: [bob.id, ada.id, bob.id], direct_subgroups: [5] },
  })
  expect(await channelOf(ada, 'desk')).toMatchObject({
    can_send_message_group: 6,
    is_announcement_only: true,
    stream_post_policy: 2,
    can_subscribe_group: { direct_members: [ada.id, bob.id], direct_subgroups: [5] },
    can_administer_channel_group: naming(ada),
    can_add_subscribers_group: 8,
    can_remove_subscribers_group: 6,
  })
})

test('whom a private channel lets subscribe sees it and comes in; a guest does not, whatever groups hold them', async () => {
  await make('workshop', { can_subscribe_group: naming(bob, guest) })
  const log = await f.log(org)
  expect(
    log.find(({ type, body }) => type === 'channel.revealed' && JSON.stringify(body).includes('workshop')),
  ).toMatchObject({ users: [owner.id, bob.id] })
  const id = z.looseObject({ stream_id: z.int() }).parse(await channelOf(bob, 'workshop')).stream_id
  expect(await channelOf(guest, 'workshop')).toBeUndefined()
  expect((await f.ok(bob, 'list-members', { stream_id: id })).subscribers).toEqual([ada.id])
  const answer = await f.ok(bob, 'subscribe', { subscriptions: [{ name: 'workshop' }] })
  expect(answer.subscribed).toEqual({ [bob.id]: ['workshop'] })
  expect((await f.call(owner, 'subscribe', { subscriptions: [{ name: 'workshop' }] })).body).toMatchObject({
    result: 'error',
  })
})

test('whom a channel lets remove others does, where they may know of it', async () => {
  await make('garage', { can_remove_subscribers_group: naming(bob), principals: [ada.id, guest.id] })
  const remove = () => f.call(bob, 'unsubscribe', { subscriptions: ['garage'], principals: [guest.id] })
  expect((await remove()).body).toMatchObject({ result: 'error', code: 'STREAM_DOES_NOT_EXIST' })
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'garage' }], principals: [bob.id] })
  expect((await remove()).body).toMatchObject({ removed: ['garage'] })
})

test('who was deactivated is in no permission’s value, and counts again when back', async () => {
  await make('attic', { can_subscribe_group: naming(bob) })
  const active = (yes: boolean) =>
    f.database.superuser('UPDATE auth.users SET is_active = $2 WHERE user_id = $1', [bob.id, yes])
  await active(false)
  expect(await channelOf(ada, 'attic')).toMatchObject({ can_subscribe_group: naming() })
  await active(true)
  expect(await channelOf(bob, 'attic')).toMatchObject({ can_subscribe_group: naming(bob) })
})
