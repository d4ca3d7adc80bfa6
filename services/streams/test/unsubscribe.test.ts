import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
  const principals = [ada.id, bob.id, guest.id]
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'open' }], principals })
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], principals, invite_only: true })
})

const leave = (who: Person, names: string[], principals?: readonly (number | string)[]) =>
  f.call(who, 'unsubscribe', { subscriptions: names, principals })
const subscribed = async (who: Person): Promise<string[]> => {
  const { subscriptions } = await f.ok(who, 'list-subscriptions')
  return (subscriptions as { name: string }[]).map((s) => s.name)
}

test('one leaves by name in any case, once', async () => {
  expect((await leave(bob, ['OPEN', 'open'])).body).toMatchObject({ removed: ['open'], not_removed: [] })
  expect((await leave(bob, ['open'])).body).toMatchObject({ removed: [], not_removed: ['open'] })
  expect(await subscribed(bob)).toEqual(['secret'])
})

test('leaving a private channel takes all sight of it, and the answer waits for the gateways', async () => {
  const barriers = f.barriers.length
  const before = (await f.log(org)).length
  const { body } = await leave(bob, ['secret'])
  expect(body).toMatchObject({ removed: ['secret'] })
  const log = await f.log(org, before)
  expect(log.map((e) => [e.type, e.users])).toEqual([
    ['membership.ended', []],
    ['subscription.removed', [bob.id]],
    ['channel.withdrawn', [bob.id]],
    ['peer.removed-within', [owner.id, ada.id]],
  ])
  expect(f.barriers.slice(barriers)).toEqual([log.at(-1)?.seq])
  expect((await leave(bob, ['secret'])).body).toMatchObject({
    code: 'STREAM_DOES_NOT_EXIST',
    msg: "Channel 'secret' does not exist",
    stream: 'secret',
  })
})

test('what was left unread is read, and who left hears so; who left nothing does not', async () => {
  const [row] = await f.database.superuser(
    `WITH channel AS (SELECT recipient_id FROM streams.channels WHERE org_id = $1 AND name = 'secret'),
       drawn AS (SELECT nextval('messaging.message_ids') AS id, n FROM generate_series(1, 3) AS n)
     INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client,
       sent_at, sender_read)
     SELECT $1, id, recipient_id, CASE n WHEN 2 THEN $2::integer ELSE $3::integer END, 't', 'x', 'x', 'test', now(), true
     FROM channel, drawn RETURNING (SELECT max(id) FROM drawn)::integer AS last`,
    [org, bob.id, ada.id],
  )
  const last = Number(row?.['last'])
  const before = (await f.log(org)).length
  await f.ok(owner, 'unsubscribe', { subscriptions: ['secret'], principals: [bob.id, guest.id, owner.id] })
  const told = (await f.log(org, before)).filter(({ type }) => type === 'unread.cleared')
  expect(told.map(({ users, body }) => [users, body])).toEqual([
    [[bob.id], { messages: [last - 2, last] }],
    [[guest.id], { messages: [last - 2, last - 1, last] }],
  ])
  // They are back and have nothing unread, so leaving again says nothing.
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], principals: [bob.id] })
  const again = (await f.log(org)).length
  await leave(bob, ['secret'])
  expect((await f.log(org, again)).map(({ type }) => type)).not.toContain('unread.cleared')
})

test('the last guest of a public channel is told by the withdrawal alone', async () => {
  const before = (await f.log(org)).length
  await leave(guest, ['open'])
  const log = await f.log(org, before)
  expect(log.map((e) => [e.type, e.users])).toEqual([
    ['membership.ended', []],
    ['subscription.removed', [guest.id]],
    ['channel.withdrawn', [guest.id]],
    ['peer.removed', []],
  ])
  expect((await f.ok(guest, 'list-channels')).streams).toMatchObject([{ name: 'secret' }])
})

describe('taking others out', () => {
  test('is the right of administrators, also of channels they are not in, and of the creator', async () => {
    expect((await leave(owner, ['secret'], [bob.id])).body).toMatchObject({ removed: ['secret'] })
    expect((await leave(ada, ['secret'], [guest.email])).body).toMatchObject({ removed: ['secret'] })
    expect((await leave(bob, ['open'], [guest.id])).body).toMatchObject({ msg: 'Insufficient permission' })
    expect(await subscribed(guest)).toEqual(['open'])
  })

  test('is refused as a whole where one channel refuses it', async () => {
    const mine = await f.ok(bob, 'subscribe', { subscriptions: [{ name: 'mine' }], principals: [guest.id] })
    expect(mine).toMatchObject({ subscribed: { [guest.id]: ['mine'] } })
    expect((await leave(bob, ['mine', 'open'], [guest.id])).status).toBe(400)
    expect(await subscribed(guest)).toEqual(['open', 'secret', 'mine'])
  })

  test('of an unknown channel tells that there is none', async () => {
    const eve = await f.person(org)
    expect((await leave(eve, ['secret'], [bob.id])).body).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
    expect((await leave(eve, ['absent'], [bob.id])).body).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
  })

  test('one’s own bot may always be taken out, another’s not', async () => {
    const bot = await f.person(org, role.member, { isBot: true, owner: bob })
    await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], principals: [bot.id] })
    await leave(bob, ['secret'])
    const eve = await f.person(org)
    expect((await leave(eve, ['secret'], [bot.id])).body).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
    expect((await leave(bob, ['secret'], [bot.id])).body).toMatchObject({ removed: ['secret'] })
  })
})

test.each([
  [{ subscriptions: ['absent'] }, { code: 'STREAM_DOES_NOT_EXIST', stream: 'absent' }],
  [{ subscriptions: ['a\u0000'] }, { code: 'REQUEST_VARIABLE_INVALID' }],
  [{ subscriptions: ['open'], principals: [1_000_000] }, { msg: 'No such user' }],
  [{ subscriptions: 'open' }, { code: 'REQUEST_VARIABLE_INVALID' }],
  [{}, { code: 'REQUEST_VARIABLE_MISSING', var_name: 'subscriptions' }],
])('%j is refused', async (fields, error) => {
  expect(await f.call(bob, 'unsubscribe', fields)).toMatchObject({ status: 400, body: error })
})

test('a channel one left says nothing more to one, and keeps what one received before', async () => {
  await leave(bob, ['open'])
  const rows = await f.database.superuser(
    'SELECT upper_inf(ranges) AS open FROM messaging.received WHERE org_id = $1 AND user_id = $2 ORDER BY recipient_id',
    [org, bob.id],
  )
  expect(rows).toEqual([{ open: false }, { open: true }])
})

test('people who leave and come back all at once leave a log without a gap and no lost change', async () => {
  const turns = Array.from({ length: 15 }, (_, i) => [
    f.call(i % 2 ? bob : guest, 'unsubscribe', { subscriptions: ['open'] }),
    f.ok(ada, 'subscribe', { subscriptions: [{ name: 'open' }], principals: [bob.id, guest.id] }),
  ])
  await Promise.all(turns.flat())
  const log = await f.log(org)
  expect(log.map((e) => e.seq)).toEqual(log.map((_, i) => i + 1))
  // The log tells who is in: the same as the table says.
  const members = new Set<number>()
  for (const { type, body } of log.filter(
    (e) => e.type.startsWith('membership.') && e.body.channel_id === log[0]?.body.channel_id,
  )) {
    for (const id of body.user_ids as number[]) {
      if (type === 'membership.granted') members.add(id)
      else members.delete(id)
    }
  }
  const { stream_id } = await f.ok(ada, 'find-channel', { stream: 'open' })
  const { subscribers } = await f.ok(ada, 'list-members', { stream_id })
  expect(subscribers).toEqual([...members].sort((a, b) => a - b))
})
