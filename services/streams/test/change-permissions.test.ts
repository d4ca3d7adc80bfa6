import { role } from '@parley/access'
import { Capabilities } from '@parley/api'
import { type OrgId, userId } from '@parley/core'
import { declarations } from '@parley/events'
import { eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Answer, type Fixture, fixture, type LogEvent, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let admin: Person
let ada: Person
let bob: Person
let cy: Person
let guest: Person
let open: number
let secret: number

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  admin = await f.person(org, role.admin)
  ada = await f.person(org)
  bob = await f.person(org)
  cy = await f.person(org)
  guest = await f.person(org, role.guest)
  const make = async (name: string, fields: Record<string, unknown>): Promise<number> => {
    await f.ok(ada, 'subscribe', { subscriptions: [{ name }], principals: [ada.id, bob.id], ...fields })
    return z.int().parse((await f.ok(ada, 'find-channel', { stream: name }))['stream_id'])
  }
  open = await make('open', {})
  secret = await make('secret', { invite_only: true })
})

const update = (who: Person, stream_id: number, fields: Record<string, unknown>): Promise<Answer> =>
  f.call(who, 'update-channel', { stream_id, ...fields })
/** What the log says of a change that is possible. */
const logOf = async (who: Person, id: number, fields: Record<string, unknown>): Promise<LogEvent[]> => {
  const before = (await f.log(org)).length
  expect(await update(who, id, fields)).toMatchObject({ status: 200 })
  return f.log(org, before)
}
const naming = (...people: readonly Person[]) => ({
  direct_members: people.map(({ id }) => id),
  direct_subgroups: [],
})
const settingsOf = async (who: Person, stream_id: number) =>
  (await f.ok(who, 'get-channel', { stream_id }))['stream']
const knows = async (who: Person, id: number): Promise<boolean> =>
  (await f.call(who, 'get-channel', { stream_id: id })).status === 200
const movedIn = (log: readonly LogEvent[]): unknown[] =>
  log.filter(({ type }) => type === 'user.moved').map(({ body }) => body['user_id'])
/** What a member is told, held against the contract. */
const shapes = (log: readonly LogEvent[]) =>
  log.flatMap((event) => {
    const viewer = {
      userId: userId(1),
      role: role.member,
      capabilities: Capabilities.parse({}),
      applyMarkdown: true,
      slimPresence: true,
      sees: null,
      queueId: 'q',
    }
    const shape = declarations.find((d) => d.type === event.type)?.shape(event.body, viewer)
    if (shape) expect(eventFaults({ id: event.seq, ...shape })).toEqual([])
    return shape ? [shape] : []
  })
const told = (property: string, value: unknown) => ({
  type: 'stream',
  op: 'update',
  property,
  value,
  name: 'open',
  stream_id: open,
})

test('each permission is given to another group, told to who knows the channel, and audited by group ids', async () => {
  for (const name of [
    'can_add_subscribers_group',
    'can_remove_subscribers_group',
    'can_subscribe_group',
    'can_administer_channel_group',
  ]) {
    const log = await logOf(admin, open, { [name]: { new: naming(admin, cy) } })
    expect(shapes(log)).toEqual([told(name, naming(admin, cy))])
    const audited = log.find(({ type }) => type === 'channel.permissions-changed')
    expect(audited).toMatchObject({ users: [], body: { channel_id: open, by: admin.id } })
    expect(audited?.body['permissions']).toHaveProperty(name)
    expect(f.barriers.at(-1)).toBe(log.at(-1)?.seq)
    expect(await settingsOf(bob, open)).toMatchObject({ [name]: naming(admin, cy) })
  }
})

test('who may post is told to older clients too; a right that went is gone at the answer', async () => {
  const log = await logOf(ada, open, {
    can_send_message_group: { new: { direct_members: [], direct_subgroups: [6] }, old: 2 },
  })
  expect(shapes(log)).toEqual([
    told('can_send_message_group', 6),
    told('stream_post_policy', 2),
    told('is_announcement_only', true),
  ])
  expect(f.barriers.at(-1)).toBe(log.at(-1)?.seq)
  expect(await settingsOf(bob, open)).toMatchObject({ can_send_message_group: 6, stream_post_policy: 2 })
  // Who does not administer it any more changes nothing more.
  await logOf(ada, open, { can_administer_channel_group: { new: 8, old: naming(ada) } })
  expect((await update(ada, open, { can_send_message_group: { new: 2 } })).body['msg']).toBe(
    'Insufficient permission',
  )
})

test('what is so already changes nothing; another value than the client believes is refused', async () => {
  expect(await logOf(ada, open, { can_subscribe_group: { new: 8, old: 8 } })).toEqual([])
  expect((await update(ada, open, { can_subscribe_group: { new: 3, old: 4 } })).body['code']).toBe(
    'EXPECTATION_MISMATCH',
  )
  // All of it or nothing.
  const both = {
    description: 'x',
    can_send_message_group: { new: 3 },
    can_subscribe_group: { new: 3, old: 4 },
  }
  expect((await update(ada, open, both)).status).toBe(400)
  expect(await settingsOf(bob, open)).toMatchObject({ description: '', can_send_message_group: 2 })
})

test('a value that the setting does not allow, or that names nobody of here, is refused', async () => {
  const refused = async (name: string, value: unknown): Promise<unknown> =>
    (await update(ada, open, { [name]: { new: value } })).body['msg']
  expect(await refused('can_subscribe_group', 2)).toBe(
    "'can_subscribe_group' setting cannot be set to 'role:everyone' group.",
  )
  expect(await refused('can_send_message_group', 1)).toBe(
    "'can_send_message_group' setting cannot be set to 'role:internet' group.",
  )
  expect(await refused('can_send_message_group', 999)).toBe('Invalid user group')
  expect(await refused('can_send_message_group', { direct_members: [999_999], direct_subgroups: [] })).toBe(
    'Invalid user ID: 999999',
  )
  expect(await refused('can_create_topic_group', 1)).toBe(
    "'can_create_topic_group' setting cannot be set to 'role:internet' group.",
  )
})

test('administrators and the channel’s own change them; who may let people in must be able to read', async () => {
  const one = { can_send_message_group: { new: 3 } }
  expect((await update(bob, open, one)).body['msg']).toBe('Insufficient permission')
  expect((await update(guest, open, one)).body['msg']).toBe('Invalid channel ID')
  expect((await update(cy, secret, one)).body).toEqual((await update(cy, 999_999, one)).body)
  expect((await update(admin, secret, one)).status).toBe(200)
  for (const name of ['can_subscribe_group', 'can_add_subscribers_group'])
    expect((await update(admin, secret, { [name]: { new: naming(admin) } })).body['msg']).toBe(
      'Channel content access is required.',
    )
  expect(await knows(cy, secret)).toBe(false)
})

test('whoever comes to know a private channel by a permission, or ceases to, begins anew', async () => {
  const given = await logOf(ada, secret, { can_subscribe_group: { new: naming(bob, cy, guest) } })
  // Bob is in it, and guests are not told of it.
  expect(movedIn(given)).toEqual([cy.id])
  expect(given[0]).toMatchObject({ type: 'user.moved', body: { vantage: 2, role: role.member } })
  expect([await knows(cy, secret), await knows(guest, secret)]).toEqual([true, false])
  expect(given.at(-1)?.users).toEqual([admin.id, ada.id, bob.id, cy.id])

  const other = await logOf(ada, secret, { can_remove_subscribers_group: { new: naming(cy, bob) } })
  expect(movedIn(other)).toEqual([])

  const taken = await logOf(ada, secret, { can_subscribe_group: { new: 8 } })
  // What told Bob by name is his no more, though he is in it.
  expect(movedIn(taken)).toEqual([bob.id, cy.id])
  expect(taken.at(-1)?.users).toEqual([admin.id, ada.id])
  expect(f.barriers.at(-1)).toBe(taken.at(-1)?.seq)
  expect(await knows(cy, secret)).toBe(false)
})

test('of a channel that is closed, those begin anew whom its permissions leave knowing it, or its creator if they do not', async () => {
  await logOf(ada, open, { can_administer_channel_group: { new: naming(bob) } })
  const closed = await logOf(bob, open, { is_private: true, can_subscribe_group: { new: naming(cy) } })
  expect(movedIn(closed)).toEqual([ada.id, bob.id, cy.id])
  expect(closed.filter(({ type }) => type === 'channel.withdrawn')).toEqual([])
  expect(await knows(cy, open)).toBe(true)
  const opened = await logOf(bob, open, { is_private: false, can_subscribe_group: { new: 8 } })
  expect(movedIn(opened)).toEqual([cy.id])
})

test('nobody but an administrator makes more than a hundred begin anew by one change', async () => {
  // Ada, and Cy, whom the group of members has in it, are two of them.
  for (let i = 0; i < 100; i++) await f.person(org)
  const everybody = { can_subscribe_group: { new: 3 } }
  expect((await update(ada, secret, everybody)).body['msg']).toContain('more than 100 people at once')
  expect(await knows(cy, secret)).toBe(false)
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], principals: [admin.id] })
  expect(movedIn(await logOf(admin, secret, everybody))).toHaveLength(101)
})

test('who begins topics is said where history is shared; where it is kept from newcomers everybody does', async () => {
  const combination =
    'Unsupported parameter combination: history_public_to_subscribers, can_create_topic_group'
  const topics = (group: number) => ({ can_create_topic_group: { new: group } })
  const log = await logOf(ada, open, topics(8))
  expect(log.map(({ type }) => type)).toContain('channel.permissions-changed')
  expect(shapes(log)).toMatchObject([{ property: 'can_create_topic_group', value: 8 }])
  expect(await settingsOf(bob, open)).toMatchObject({ can_create_topic_group: 8 })
  const asMsg = async (id: number, fields: Record<string, unknown>) =>
    (await update(ada, id, fields)).body['msg']
  const protectedKind = { is_private: true, history_public_to_subscribers: false }
  expect(await asMsg(open, protectedKind)).toBe(combination)
  expect(await asMsg(secret, topics(8))).toBe(combination)
  expect(await asMsg(secret, topics(2))).toBe('')
  expect(await asMsg(secret, { ...topics(3), history_public_to_subscribers: true, is_private: true })).toBe(
    '',
  )
  expect(await asMsg(secret, { history_public_to_subscribers: false, is_private: true })).toBe(combination)
  expect(await asMsg(open, { ...protectedKind, ...topics(2) })).toBe('')
  expect(await settingsOf(bob, open)).toMatchObject({ can_create_topic_group: 2, invite_only: true })
})
