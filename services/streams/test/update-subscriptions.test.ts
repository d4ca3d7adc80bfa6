import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let ada: Person
let guest: Person

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  ada = await f.person(org)
  guest = await f.person(org, role.guest)
  const principals = [owner.id, ada.id, guest.id]
  await f.ok(owner, 'subscribe', { subscriptions: [{ name: 'open' }], principals })
  await f.ok(owner, 'subscribe', { subscriptions: [{ name: 'secret' }], principals, invite_only: true })
  await f.ok(owner, 'subscribe', { subscriptions: [{ name: 'other' }] })
})

const update = (who: Person, fields: Record<string, unknown>) => f.call(who, 'update-subscriptions', fields)
const subscribed = async (who: Person): Promise<string[]> => {
  const { subscriptions } = await f.ok(who, 'list-subscriptions')
  return (subscriptions as { name: string }[]).map((s) => s.name)
}

test('one leaves and comes in at once, and the answer waits for the gateways', async () => {
  const barriers = f.barriers.length
  const before = (await f.log(org)).length
  const add = [{ name: 'Other', color: '#abc' }, { name: 'new', description: 'made' }, { name: 'open' }]
  const { body } = await update(ada, { delete: ['SECRET', 'other'], add })
  expect(body).toMatchObject({
    removed: ['secret'],
    not_removed: ['other'],
    subscribed: { [ada.id]: ['other', 'new'] },
    already_subscribed: { [ada.id]: ['open'] },
  })
  expect(await subscribed(ada)).toEqual(['open', 'other', 'new'])
  const log = await f.log(org, before)
  expect(log.map((e) => e.type)).toEqual([
    'membership.ended',
    'subscription.removed',
    'channel.withdrawn',
    'peer.removed-within',
    'peer.added',
    'membership.granted',
    'subscription.added',
    'channel.established',
    'channel.created',
    'peer.added',
    'membership.granted',
    'subscription.added',
  ])
  expect(f.barriers.slice(barriers)).toEqual([log.at(-1)?.seq])
})

test('of a channel that is left and come into, the leaving is first', async () => {
  const both = { delete: ['open'], add: [{ name: 'open' }] }
  expect((await update(ada, both)).body).toMatchObject({
    removed: ['open'],
    subscribed: { [ada.id]: ['open'] },
  })
  expect(await subscribed(ada)).toEqual(['open', 'secret'])
})

test.each([
  ['nothing', {}, 'Nothing to do. Specify at least one of "add" or "delete".'],
  [
    'a private one that was left',
    { delete: ['secret'], add: [{ name: 'secret' }] },
    'Unable to access channel (secret).',
  ],
  ['a channel that is not', { delete: ['open', 'absent'] }, "Channel 'absent' does not exist"],
  ['a name that cannot be', { delete: ['open'], add: [{ name: ' ' }] }, "Channel name can't be empty."],
])('%s is refused, and nothing is done', async (_, fields, msg) => {
  const before = (await f.log(org)).length
  expect((await update(ada, fields)).body).toMatchObject({ result: 'error', msg })
  expect(await subscribed(ada)).toEqual(['open', 'secret'])
  expect(await f.log(org, before)).toEqual([])
})

test('guests leave and come into nothing', async () => {
  const both = await update(guest, { delete: ['open'], add: [{ name: 'other' }] })
  expect(both.body).toMatchObject({ msg: 'Insufficient permission' })
  expect(await subscribed(guest)).toEqual(['open', 'secret'])
  expect((await update(guest, { delete: ['open'] })).body).toMatchObject({ removed: ['open'] })
  // What they are not in, public or private, does not exist to them.
  const answers = await Promise.all(['other', 'absent'].map((name) => update(guest, { delete: [name] })))
  expect(answers.map(({ body }) => body['code'])).toEqual(['STREAM_DOES_NOT_EXIST', 'STREAM_DOES_NOT_EXIST'])
})

test('an archived channel is neither left nor come into', async () => {
  const { stream_id } = await f.ok(owner, 'find-channel', { stream: 'open' })
  await f.ok(owner, 'archive-channel', { stream_id })
  for (const fields of [{ delete: ['open'] }, { add: [{ name: 'open' }] }])
    expect((await update(ada, fields)).status).toBe(400)
})
